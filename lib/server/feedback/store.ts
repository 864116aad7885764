import type { Vote } from '@/lib/shared/contract/feedback'
import type { Ballot } from '@/lib/shared/metrics/votes'

/** A photo that a visitor agreed to share, without its metadata. */
export interface StoredPhoto {
  name: string
  bytes: Uint8Array
}

/** The name of the photo of a vote. */
export function photoName(id: string): string {
  return `${id}.webp`
}

/** Append-only storage of votes. Votes older than the retention are deleted. */
export interface FeedbackStore {
  /**
   * Stores a vote durably: it survives a crash once this resolves. The photo is stored before the vote that refers to
   * it.
   *
   * @throws Problem `storage_full`, `not_ready`
   */
  add(vote: Vote, photo: StoredPhoto | null): Promise<void>
  /** All votes in the order of their time, including those that were corrected later. */
  votes(): AsyncIterable<Vote>
  /** The photo that was sent with a vote; null if it was removed since. */
  photo(vote: Pick<Vote, 'id' | 'time'>): Promise<Uint8Array | null>
  /** The votes added since the last call, for the tally. */
  newVotes(): AsyncIterable<Ballot>
  /** Deletes everything older than the retention. */
  prune(): Promise<void>
}
