import { randomUUID } from 'node:crypto'
import { Queue, Worker, type WorkerOptions } from 'bullmq'
import type { RedisClient } from '../../redis/connect'
import type { ObjectStore } from '../../storage/objects'
import { CALLBACKS_A_HOST, CALLBACKS_AT_ONCE, callbackWait, hostOf, type Post } from '../tell-end'
import { tellOnce } from './ending'
import type { Ledger, Standing } from './ledger'
import { PREFIX } from './state'
import { reasonOf } from './trouble'
import { viewOf } from './view'

const QUEUE_NAME = 'callbacks'
/** What fails here is the bucket or Redis, not the receiver: again, for hours. */
const ATTEMPTS = 1000
const AGAIN_MS = 20_000
/** Who finds a host busy comes again after this, and twice as late each time. */
const BUSY_MS = 500
const MOST_DOUBLED = 5
/** A place at a host whose holder died is free again so long after the receiver had to answer. */
const SPARE_MS = 5_000

/** A job whose end is to be told, behind how many attempts, and how often its host was found busy before this one. */
interface Telling {
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
type Holding = Pick<WorkerOptions, 'lockDuration' | 'stalledInterval' | 'maxStalledCount' | 'drainDelay'>

/**
 * Tells the ends of jobs in a lane of its own: a receiver that is slow takes no place of a shard. Few are told to one host at once, over all workers; the others
 * come again later, and hold nothing while they wait.
 */
export class CallbackLane {
  private readonly queue: Queue<Telling>
  private readonly worker: Worker<Telling>

  constructor(
    private readonly options: CallbackOptions,
    private readonly ledger: Ledger,
    private readonly signal: AbortSignal,
    holding: Holding,
  ) {
    const { redis, blocking, log } = options
    this.queue = new Queue(QUEUE_NAME, {
      connection: redis,
      prefix: PREFIX,
      defaultJobOptions: {
        removeOnComplete: true,
        removeOnFail: true,
        attempts: ATTEMPTS,
        backoff: { type: 'fixed', delay: AGAIN_MS, jitter: 0.5 },
      },
    })
    this.worker = new Worker<Telling>(QUEUE_NAME, ({ data }) => this.tell(data), {
      connection: blocking,
      prefix: PREFIX,
      concurrency: CALLBACKS_AT_ONCE,
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
  async give({ spec, round, callback }: Standing): Promise<void> {
    if (callback?.state !== 'waiting') return
    await this.add({ id: spec.id, round, attempts: callback.attempts, busy: 0 }, 0)
  }

  /** Takes up no more, and waits for what is under way. */
  async close(): Promise<void> {
    await this.worker.close()
    await this.queue.close()
  }

  private async add(telling: Telling, delay: number): Promise<void> {
    const { id, round, attempts, busy } = telling
    await this.queue.add('callback', telling, { delay: Math.ceil(delay), jobId: `${id}.${round}.${attempts}.${busy}` })
  }

  private async tell({ id, round, attempts, busy }: Telling): Promise<void> {
    const standing = await this.ledger.standing(id)
    if (!standing?.spec.callback || standing.state === 'running' || standing.round !== round) return
    if (standing.callback?.state !== 'waiting') return
    // Done before, by whoever was stopped behind it.
    if (standing.callback.attempts > attempts) return this.next(standing, callbackWait(standing.callback.attempts))
    const host = hostOf(standing.spec.callback)
    const token = randomUUID()
    const held = await this.ledger.hold(host, token, CALLBACKS_A_HOST, this.options.postMs + SPARE_MS)
    if (!held) return this.add({ id, round, attempts, busy: busy + 1 }, busyWait(busy))
    try {
      await this.tellNow(standing)
    } finally {
      // Where Redis does not answer the place is given back by itself.
      await this.ledger.letGo(host, token).catch(() => {})
    }
  }

  private async tellNow(standing: Standing): Promise<void> {
    const { store, post, retentionMs } = this.options
    const wait = await tellOnce(store, this.ledger, standing, viewOf(standing, null, retentionMs), post, this.signal)
    if (wait !== null) await this.next(standing, wait, 1)
  }

  /** Has it told again after a while. @param more attempts than the standing knows of */
  private async next({ spec, round, callback }: Standing, wait: number | null, more = 0): Promise<void> {
    const attempts = (callback?.attempts ?? 0) + more
    if (wait !== null) await this.add({ id: spec.id, round, attempts, busy: 0 }, wait)
  }
}

/** Milliseconds until a host that was busy so often is asked for again; half of it is left to chance. */
function busyWait(busy: number): number {
  return BUSY_MS * 2 ** Math.min(busy, MOST_DOUBLED) * (0.5 + Math.random() / 2)
}
