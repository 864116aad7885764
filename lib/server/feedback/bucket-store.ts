import { type Vote, voteSchema } from '@/lib/shared/contract/feedback'
import type { Ballot } from '@/lib/shared/metrics/votes'
import type { ObjectStore } from '../storage/object-store'
import { type FeedbackStore, photoName, type StoredPhoto } from './store'

const VOTES = 'feedback/votes/'
const PHOTOS = 'feedback/photos/'
/** Instances' clocks differ, and an object may appear in a listing after one with a later time. */
const OVERLAP_MS = 120_000

/**
 * Stores votes in a bucket, one object each, so that any number of instances can add them. The key contains everything
 * the tally needs, so a listing is enough.
 */
export class BucketFeedback implements FeedbackStore {
  /** Time of the latest vote that was listed (milliseconds since 1970). */
  private latestTime = 0

  constructor(
    private readonly store: ObjectStore,
    private readonly retentionMs: number,
  ) {}

  async add(vote: Vote, photo: StoredPhoto | null): Promise<void> {
    if (photo) await this.store.put(`${PHOTOS}${dayOf(vote.time)}/${photo.name}`, photo.bytes)
    await this.store.put(keyOf(vote), JSON.stringify(vote), { type: 'application/json' })
  }

  async *votes(): AsyncGenerator<Vote> {
    for await (const page of this.store.list(VOTES)) {
      for (const { key } of page) {
        const object = await this.store.get(key)
        if (object) yield voteSchema.parse(JSON.parse(Buffer.from(object.bytes).toString()))
      }
    }
  }

  async photo({ id, time }: Pick<Vote, 'id' | 'time'>): Promise<Uint8Array | null> {
    return (await this.store.get(`${PHOTOS}${dayOf(time)}/${photoName(id)}`))?.bytes ?? null
  }

  async *newVotes(): AsyncGenerator<Ballot> {
    const from = new Date(Math.max(0, this.latestTime - OVERLAP_MS)).toISOString()
    const after = `${VOTES}${dayOf(from)}/${from}`
    for await (const page of this.store.list(VOTES, { after })) {
      for (const { key } of page) {
        const ballot = ballotOfKey(key)
        if (!ballot) continue
        this.latestTime = Math.max(this.latestTime, ballot.at)
        yield ballot
      }
    }
  }

  async prune(): Promise<void> {
    const oldest = dayOf(new Date(Date.now() - this.retentionMs).toISOString())
    for (const prefix of [VOTES, PHOTOS]) {
      for await (const page of this.store.list(prefix)) {
        const old = page.map(({ key }) => key).filter((key) => key.slice(prefix.length, prefix.length + 10) < oldest)
        if (old.length > 0) await this.store.remove(old)
        // Keys are listed in the order of their days.
        if (old.length < page.length) break
      }
    }
  }
}

function dayOf(time: string): string {
  return time.slice(0, 10)
}

/** A key has at most 1024 bytes, and a character of a label may take six. */
const MAX_LABEL_LENGTH = 60

/** Labels may contain any character; keys may not. */
const escaped = (text: string) => encodeURIComponent(text).replaceAll('.', '%2E').replaceAll('~', '%7E')

/** `feedback/votes/DAY/TIME~ID~MODEL~REVISION~VERDICT~LABEL~CORRECT`, with escaped values and truncated labels. */
export function keyOf(vote: Vote): string {
  const { id, time, model, revision, verdict, label, correct_label } = vote
  const labels = [label, correct_label ?? ''].map((name) => name.slice(0, MAX_LABEL_LENGTH))
  const words = [id, model, revision, verdict, ...labels].map(escaped)
  return `${VOTES}${dayOf(time)}/${[time, ...words].join('~')}`
}

export function ballotOfKey(key: string): Ballot | null {
  const words = key.slice(VOTES.length + 11).split('~')
  if (words.length !== 7) return null
  const [time = '', ...rest] = words
  const [id = '', model = '', revision = '', verdict = '', label = '', correct = ''] = rest.map(decodeURIComponent)
  if (verdict !== 'right' && verdict !== 'wrong') return null
  return { id, at: Date.parse(time), model, revision, verdict, label, correct_label: correct || null }
}
