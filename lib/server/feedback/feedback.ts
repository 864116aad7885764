import { setTimeout as sleep } from 'node:timers/promises'
import type { FeedbackMode, FeedbackRequest, Vote, VoteSummary } from '@/lib/shared/contract/feedback'
import { ballotOf, Tally } from '@/lib/shared/metrics/votes'
import { Problem } from '@/lib/shared/problems/problem'
import type { Engine } from '../engine/types'
import { stripMetadata } from '../image/strip-metadata'
import type { Log } from '../observe/log'
import { type FeedbackStore, photoName, type StoredPhoto } from './store'

/** The tally is refreshed when it is read, but not more often than this. */
const FRESH_MS = 10_000
/** How long a page waits for the refresh. */
const SUMMARY_WAIT_MS = 500
const DAY_MS = 86_400_000

interface FeedbackOptions {
  store: FeedbackStore
  mode: Exclude<FeedbackMode, 'off'>
  retentionMs: number
  maxPixels: number
  log: Log
}

/** Stores, counts and exports feedback from visitors. */
export class Feedback {
  readonly mode: Exclude<FeedbackMode, 'off'>
  private readonly tally = new Tally()
  private lastReadAt = Number.NEGATIVE_INFINITY
  private reading: Promise<void> | null = null
  private readonly timer: NodeJS.Timeout

  constructor(
    private readonly engine: Engine,
    private readonly options: FeedbackOptions,
  ) {
    this.mode = options.mode
    this.timer = setInterval(() => void this.prune(), DAY_MS).unref()
    void this.prune()
  }

  /**
   * Stores a vote.
   *
   * @throws Problem `unknown_model`, `invalid_parameter` for a label that the model doesn't have, `storage_full`,
   * `not_ready`, and decoding errors of the photo
   */
  async add({ photo, correct, index, labels: found, correct_labels, ...request }: FeedbackRequest): Promise<Vote> {
    const labels = await this.engine.labels(request.model, request.revision)
    const nameOf = (name: string, at: number) => {
      const label = labels.find((each) => each.index === at)?.label
      if (label !== undefined) return label
      throw new Problem(
        'invalid_parameter',
        `${name} is ${at}, but the model ${request.model} has no label of that index. It has ${labels.length} labels.`,
      )
    }
    if (correct !== null && (request.verdict === 'right' || correct === index)) {
      throw new Problem(
        'invalid_parameter',
        'correct must be a label other than the wrong one, and only with the verdict "wrong".',
      )
    }
    if (correct_labels && (found === undefined || request.verdict === 'right')) {
      throw new Problem('invalid_parameter', 'correct_labels needs labels, and the verdict "wrong".')
    }
    const storedPhoto = photo === undefined ? null : await this.photo(request.id, photo)
    const vote: Vote = {
      id: request.id,
      time: new Date().toISOString(),
      model: request.model,
      revision: request.revision,
      label: nameOf('index', index),
      index,
      score: request.score,
      verdict: request.verdict,
      correct_label: correct === null ? null : nameOf('correct', correct),
      correct_index: correct,
      request_id: request.request_id,
      photo: storedPhoto?.name ?? null,
      ...(found && { labels: found.map((at) => nameOf('labels', at)) }),
      ...(correct_labels && { correct_labels: correct_labels.map((at) => nameOf('correct_labels', at)) }),
    }
    await this.options.store.add(vote, storedPhoto)
    // The voter sees the vote counted immediately.
    this.tally.add(ballotOf(vote))
    this.lastReadAt = Number.NEGATIVE_INFINITY
    return vote
  }

  votes(): AsyncIterable<Vote> {
    return this.options.store.votes()
  }

  /** The photo that was sent with a vote; null if there is none, or it was deleted since. */
  photoOf(vote: Pick<Vote, 'id' | 'time'>): Promise<Uint8Array | null> {
    return this.options.store.photo(vote)
  }

  /** The votes on a model revision; null if there are none. While the store is unreachable, the last known ones. */
  async summary(model: string, revision: string): Promise<VoteSummary | null> {
    if (performance.now() - this.lastReadAt > FRESH_MS) {
      this.reading ??= this.update().finally(() => {
        this.reading = null
      })
    }
    // An unreachable store doesn't block the page.
    if (this.reading) await Promise.race([this.reading, sleep(SUMMARY_WAIT_MS, undefined, { ref: false })])
    return this.tally.summary(model, revision)
  }

  close(): void {
    clearInterval(this.timer)
  }

  private async update(): Promise<void> {
    this.lastReadAt = performance.now()
    try {
      for await (const ballot of this.options.store.newVotes()) this.tally.add(ballot)
      this.tally.forget(Date.now() - this.options.retentionMs)
    } catch (err) {
      this.options.log.warn({ err }, 'could not read the votes')
    }
  }

  private async prune(): Promise<void> {
    await this.options.store.prune().catch((err) => this.options.log.warn({ err }, 'could not remove old votes'))
  }

  private async photo(id: string, base64: string): Promise<StoredPhoto> {
    if (this.mode !== 'photos')
      throw new Problem('invalid_parameter', 'This server doesn’t store photos. Remove "photo".')
    if (!/^[A-Za-z0-9+/\s]*={0,2}$/.test(base64))
      throw new Problem('invalid_parameter', '"photo" isn’t base64. Encode the photo as base64.')
    const bytes = await stripMetadata(Buffer.from(base64, 'base64'), this.options.maxPixels)
    return { name: photoName(id), bytes }
  }
}
