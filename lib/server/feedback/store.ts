import type { Vote } from '@/lib/shared/contract/feedback'
import type { Ballot } from '@/lib/shared/metrics/votes'

/** A photo that a visitor lets be kept, without its metadata. */
export interface KeptPhoto {
  name: string
  bytes: Uint8Array
}

/** Where votes are kept: only ever added to. What is older than the retention goes. */
export interface FeedbackStore {
  /**
   * Keeps a vote; it survives a kill once this resolves. The photo is there before the vote that names it.
   *
   * @throws Problem `storage_full`, `not_ready`
   */
  add(vote: Vote, photo: KeptPhoto | null): Promise<void>
  /** All votes in the order of their time, those that were corrected later too. */
  votes(): AsyncIterable<Vote>
  /** What has come since the last call, for the tally. */
  news(): AsyncIterable<Ballot>
  /** Drops what is older than the retention. */
  tidy(): Promise<void>
}
