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
/** What fails here is the bucket or Redis, not the receiver: again, for hours. */
const ATTEMPTS = 1000
const RETRY_MS = 20_000
/** Who finds a host busy comes again after this, and twice as late each time. */
const BUSY_MS = 500
const MAX_DOUBLINGS = 5
/** A place at a host whose holder died is free again so long after the receiver had to answer. */
const SLOT_MARGIN_MS = 5_000

/** A job whose end is to be told, behind how many attempts, and how often its host was found busy before this one. */
interface CallbackTask {
  id: string
  round: number
  attempts: number
  busy: number
}

export interface CallbackOptions {
  store: ObjectStore
  redis: RedisClient
  /** Another connection to the same: it waits for work within a command. */
  blocking: RedisClient
  retentionMs: number
  /** Sends JSON to an address. @throws Problem */
  post: Post
  /** How long a receiver may take (milliseconds). */
  postMs: number
  log: { warn(fields: object, message: string): void }
}

/** How the lane's worker holds on to its work, and how long it waits for more. */
type LockOptions = Pick<WorkerOptions, 'lockDuration' | 'stalledInterval' | 'maxStalledCount' | 'drainDelay'>

/**
 * Tells the ends of jobs in a lane of its own: a receiver that is slow takes no place of a shard. Few are told to one host at once, over all workers; the others
 * come again later, and hold nothing while they wait.
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
    // The connection's own line says it.
    this.queue.on('error', () => {})
    this.worker.on('error', () => {})
    this.worker.on('failed', (work, error) => {
      if (signal.aborted) return
      log.warn({ job: work?.data.id, reason: reasonOf(error) }, 'the end of a job could not be told; trying again')
    })
  }

  async ready(): Promise<void> {
    await this.worker.waitUntilReady()
  }

  /** Has a job's end told, as soon as may be. Asked for twice it is one. */
  async enqueue({ spec, round, callback }: JobRecord): Promise<void> {
    if (callback?.state !== 'waiting') return
    await this.add({ id: spec.id, round, attempts: callback.attempts, busy: 0 }, 0)
  }

  /** Takes up no more, and waits for what is under way. */
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
    // Done before, by whoever was stopped behind it.
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
      // Where Redis does not answer the place is given back by itself.
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

  /** Has it told again after a while. @param extra attempts than the standing knows of */
  private async enqueueNext({ spec, round, callback }: JobRecord, delay: number | null, extra = 0): Promise<void> {
    const attempts = (callback?.attempts ?? 0) + extra
    if (delay !== null) await this.add({ id: spec.id, round, attempts, busy: 0 }, delay)
  }
}

/** Milliseconds until a host that was busy so often is asked for again; half of it is left to chance. */
function busyDelay(busy: number): number {
  return BUSY_MS * 2 ** Math.min(busy, MAX_DOUBLINGS) * (0.5 + Math.random() / 2)
}
