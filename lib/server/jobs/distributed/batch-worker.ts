import { Worker } from 'bullmq'
import { type CallbackOptions, CallbackQueue } from './callback-queue'
import { checkJob, type JobCheckOptions } from './check'
import { finishIfComplete, mergeResults } from './end-job'
import { logMissing, withReason } from './failures'
import { Ledger } from './ledger'
import { inputsPrefix } from './object-keys'
import { Reconciler } from './reconciler'
import { PREFIX } from './redis-keys'
import { removeObjects } from './remove'
import { ShardRunner, type ShardRunnerOptions } from './shard-runner'
import { SourceLister } from './source-lister'
import { type JobWork, QUEUE_NAME, type ShardWork, WorkQueue } from './work-queue'

export interface WorkerOptions extends Omit<ShardRunnerOptions, 'store'>, CallbackOptions, JobCheckOptions {
  log: CallbackOptions['log'] & { info(fields: object, message: string): void }
  /** Notified when work begins and ends, so that this process isn't scaled in meanwhile. */
  protection?: { begin(): Promise<void>; end(): void } | undefined
}

/** Shards that one process runs at once: while one writes its part, the other keeps the engine busy. */
const CONCURRENCY = 2
/**
 * A shard whose worker hasn't renewed its lock for this long goes to another worker. Inference runs in processes of its
 * own, so this process's event loop is free to renew locks.
 */
const LOCK_MS = 10_000
const STALLED_MS = 5_000
/** How long an idle worker blocks in Redis to wait for work (seconds). A dead connection is noticed after this time. */
const BLOCK_S = 2
/** Workers that may die with one shard before it becomes a dead letter. */
const MAX_STALLED = 5

/**
 * Takes shards out of the queue and runs them until it is shut down. Any number of workers, on any machines, share the
 * work.
 */
export class BatchWorker {
  private readonly ledger: Ledger
  private readonly queue: WorkQueue
  private readonly shards: ShardRunner
  private readonly reconciler: Reconciler
  private readonly callbacks: CallbackQueue
  private readonly worker: Worker<ShardWork | JobWork>
  private readonly stop = new AbortController()

  constructor(private readonly options: WorkerOptions) {
    const { redis, store } = options
    this.ledger = new Ledger(redis)
    this.queue = new WorkQueue(redis, this.ledger)
    this.shards = new ShardRunner(options, this.ledger)
    this.reconciler = new Reconciler({ ...options, ledger: this.ledger, queue: this.queue, store })
    const lockOptions = {
      drainDelay: BLOCK_S,
      lockDuration: LOCK_MS,
      stalledInterval: STALLED_MS,
      maxStalledCount: MAX_STALLED,
    }
    this.callbacks = new CallbackQueue(options, this.ledger, this.stop.signal, lockOptions)
    this.worker = new Worker<ShardWork | JobWork>(QUEUE_NAME, ({ data }) => this.process(data), {
      connection: options.blocking,
      prefix: PREFIX,
      concurrency: CONCURRENCY,
      ...lockOptions,
    })
    this.worker.on('error', () => {}) // The connection's monitor logs it.
    this.worker.on('failed', (job, error) => {
      if (this.stop.signal.aborted) return
      const fields = { work: job?.id, attempts: job?.attemptsMade, reason: error.message }
      options.log.warn(fields, 'work failed and will be retried')
    })
    this.worker.on('stalled', (name) =>
      options.log.warn({ work: name }, 'a worker died or hangs; its work will be done again'),
    )
  }

  /** Resolves when it takes work. */
  async ready(): Promise<void> {
    await Promise.all([this.worker.waitUntilReady(), this.callbacks.ready()])
    this.reconciler.start()
  }

  /** Takes no more work, and finishes what is in flight. Another worker does what isn't finished after `ms`. */
  async close(ms: number): Promise<void> {
    await this.reconciler.close()
    const timer = setTimeout(() => this.stop.abort(new Error('the worker is stopping')), ms)
    await Promise.all([this.worker.close(), this.callbacks.close()])
    clearTimeout(timer)
    await this.queue.close()
  }

  private async process(data: ShardWork | JobWork): Promise<void> {
    const { protection } = this.options
    await protection?.begin()
    try {
      await this.work(data)
    } catch (error) {
      throw withReason(error)
    } finally {
      protection?.end()
    }
  }

  private async work(data: ShardWork | JobWork): Promise<void> {
    if (data.kind === 'shard') return this.runShard(data)
    if (data.kind === 'list') return this.listSource(data.id)
    if (data.kind === 'check') return this.check(data.id)
    if (data.kind === 'end') await this.finalize(data.id)
    await this.enqueueCallback(data.id)
    if (data.kind === 'end') await this.ledger.deactivate(data.id)
  }

  private async runShard({ tag, ...task }: ShardWork): Promise<void> {
    await this.ledger.advanceClock(tag)
    await this.shards.run(task, this.stop.signal)
    await this.queue.dispatch(task.id)
    await this.finishIfComplete(task.id)
  }

  private async listSource(id: string): Promise<void> {
    const { store, sources } = this.options
    await new SourceLister(store, this.ledger, this.queue, sources).run(id, this.stop.signal)
    await this.finishIfComplete(id)
  }

  private async finishIfComplete(id: string): Promise<void> {
    const { store, log } = this.options
    logMissing(log, id, await finishIfComplete(store, this.ledger, this.queue, id))
  }

  private async check(id: string): Promise<void> {
    const record = await this.ledger.record(id)
    if (record?.state === 'done') await checkJob(record, this.ledger, this.options, this.stop.signal)
  }

  private async finalize(id: string): Promise<void> {
    const record = await this.ledger.record(id)
    const { store } = this.options
    if (record?.state === 'done') {
      await mergeResults(store, this.ledger, id, this.stop.signal)
      await checkJob(record, this.ledger, this.options, this.stop.signal)
    }
    if (record?.state !== 'cancelled') return
    for (const task of await this.ledger.dispatchedShards(id)) await this.shards.countLate(task, this.stop.signal)
    await removeObjects(store, inputsPrefix(id))
  }

  /** Hands the callback to the callback queue. */
  private async enqueueCallback(id: string): Promise<void> {
    const record = await this.ledger.record(id)
    if (record && record.state !== 'running') await this.callbacks.enqueue(record)
  }
}
