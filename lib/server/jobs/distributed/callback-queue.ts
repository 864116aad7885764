import { randomUUID } from 'node:crypto'
import { Queue, Worker, type WorkerOptions } from 'bullmq'
import type { RedisClient } from '../../redis/connect'
import type { ObjectStore } from '../../storage/object-store'
import { callbackDelay, hostOf, MAX_CALLBACKS, MAX_CALLBACKS_PER_HOST, type Post } from '../send-callback'
import { attemptCallback } from './end-job'
import { reasonOf } from './failures'
import type { JobRecord } from './job-record'
import type { Ledger } from './ledger'
import { PREFIX } from './redis-keys'
import { viewOf } from './view'

const QUEUE_NAME = 'callbacks'
/** Failures here come from the bucket or Redis, not from the receiver. They are retried for hours. */
const ATTEMPTS = 1000
const RETRY_MS = 20_000
/** If a host has no free slot, the callback comes back after this delay, which doubles each time. */
const BUSY_MS = 500
const MAX_DOUBLINGS = 5
/** If a process dies with a slot, the slot is free again this long after the receiver's deadline. */
const SLOT_MARGIN_MS = 5_000

/** A callback to send after a number of attempts, and how often its host had no free slot before this attempt. */
interface CallbackTask {
  id: string
  round: number
  attempts: number
  busy: number
}

export interface CallbackOptions {
  store: ObjectStore
  redis: RedisClient
  /** A second connection, which blocks to wait for work. */
  blocking: RedisClient
  retentionMs: number
  /** Sends JSON to a URL. @throws Problem */
  post: Post
  /** The receiver's deadline (milliseconds). */
  postMs: number
  log: { warn(fields: object, message: string): void }
}

/** How the worker locks its work, and how long it blocks to wait for more. */
type LockOptions = Pick<WorkerOptions, 'lockDuration' | 'stalledInterval' | 'maxStalledCount' | 'drainDelay'>

/**
 * Sends callbacks from a queue of its own, so that a slow receiver doesn't hold up shards. Each host gets only a few
 * callbacks at once, over all workers; the others come back later and hold no resources while they wait.
 */
export class CallbackQueue {
  private readonly queue: Queue<CallbackTask>
  private readonly worker: Worker<CallbackTask>

  constructor(
    private readonly options: CallbackOptions,
    private readonly ledger: Ledger,
    private readonly signal: AbortSignal,
    holding: LockOptions,
  ) {
    const { redis, blocking, log } = options
    this.queue = new Queue(QUEUE_NAME, {
      connection: redis,
      prefix: PREFIX,
      defaultJobOptions: {
        removeOnComplete: true,
        removeOnFail: true,
        attempts: ATTEMPTS,
        backoff: { type: 'fixed', delay: RETRY_MS, jitter: 0.5 },
      },
    })
    this.worker = new Worker<CallbackTask>(QUEUE_NAME, ({ data }) => this.process(data), {
      connection: blocking,
      prefix: PREFIX,
      concurrency: MAX_CALLBACKS,
      ...holding,
    })
    // The connection's monitor logs it.
    this.queue.on('error', () => {})
    this.worker.on('error', () => {})
    this.worker.on('failed', (work, error) => {
      if (signal.aborted) return
      log.warn({ job: work?.data.id, reason: reasonOf(error) }, 'the callback of a job could not be sent; retrying')
    })
  }

  async ready(): Promise<void> {
    await this.worker.waitUntilReady()
  }

  /** Sends a job's callback as soon as possible. Enqueuing it twice is the same as once. */
  async enqueue({ spec, round, callback }: JobRecord): Promise<void> {
    if (callback?.state !== 'waiting') return
    await this.add({ id: spec.id, round, attempts: callback.attempts, busy: 0 }, 0)
  }

  /** Takes no more work, and waits for callbacks in flight. */
  async close(): Promise<void> {
    await this.worker.close()
    await this.queue.close()
  }

  private async add(task: CallbackTask, delay: number): Promise<void> {
    const { id, round, attempts, busy } = task
    await this.queue.add('callback', task, { delay: Math.ceil(delay), jobId: `${id}.${round}.${attempts}.${busy}` })
  }

  private async process({ id, round, attempts, busy }: CallbackTask): Promise<void> {
    const record = await this.ledger.record(id)
    if (!record?.spec.callback || record.state === 'running' || record.round !== round) return
    if (record.callback?.state !== 'waiting') return
    // Already attempted by a worker that was stopped afterwards.
    if (record.callback.attempts > attempts) return this.enqueueNext(record, callbackDelay(record.callback.attempts))
    const host = hostOf(record.spec.callback)
    const token = randomUUID()
    const acquired = await this.ledger.locks.acquireSlot(
      host,
      token,
      MAX_CALLBACKS_PER_HOST,
      this.options.postMs + SLOT_MARGIN_MS,
    )
    if (!acquired) return this.add({ id, round, attempts, busy: busy + 1 }, busyDelay(busy))
    try {
      await this.attempt(record)
    } finally {
      // If Redis doesn't respond, the slot expires.
      await this.ledger.locks.releaseSlot(host, token).catch(() => {})
    }
  }

  private async attempt(record: JobRecord): Promise<void> {
    const { store, post, retentionMs } = this.options
    const delay = await attemptCallback(
      store,
      this.ledger,
      record,
      viewOf(record, null, retentionMs),
      post,
      this.signal,
    )
    if (delay !== null) await this.enqueueNext(record, delay, 1)
  }

  /** Enqueues the next attempt. @param extra attempts that the record doesn't include yet */
  private async enqueueNext({ spec, round, callback }: JobRecord, delay: number | null, extra = 0): Promise<void> {
    const attempts = (callback?.attempts ?? 0) + extra
    if (delay !== null) await this.add({ id: spec.id, round, attempts, busy: 0 }, delay)
  }
}

/** The delay after a host had no free slot this many times (milliseconds). Half of it is jitter. */
function busyDelay(busy: number): number {
  return BUSY_MS * 2 ** Math.min(busy, MAX_DOUBLINGS) * (0.5 + Math.random() / 2)
}
