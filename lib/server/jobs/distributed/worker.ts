import { Worker } from 'bullmq'
import { CallbackLane, type CallbackOptions } from './callbacks'
import { Caretaker } from './caretaker'
import { joinResults, seeToEnd } from './ending'
import { inputsPrefix } from './layout'
import { Ledger } from './ledger'
import { Lister } from './lister'
import { type Ending, QUEUE_NAME, type Work, WorkQueue } from './queue'
import { removeObjects } from './remove'
import { ShardRunner, type ShardRunnerOptions } from './shard-runner'
import { PREFIX } from './state'
import { noteMissing, withReason } from './trouble'

export interface WorkerOptions extends Omit<ShardRunnerOptions, 'store'>, CallbackOptions {
  log: CallbackOptions['log'] & { info(fields: object, message: string): void }
  /** Told of work that begins and ends, by whoever might take this process away meanwhile. */
  protection?: { begin(): Promise<void>; end(): void } | undefined
}

/** Shards that one process runs at once: while one writes its part the other keeps the engine busy. */
const SHARDS_AT_ONCE = 2
/** A shard whose worker has not been heard of for so long is another's. Inference runs in processes of its own: this one's loop is free to say that it lives. */
const LOCK_MS = 10_000
const STALLED_MS = 5_000
/** How long an idle worker waits for work within a command (seconds): a connection that is dead without a word is found so soon. */
const WAIT_S = 2
/** Workers that may die with one shard before it is given up. */
const MOST_STALLED = 5

/** Takes shards out of the queue and runs them, until it is shut down. Any number of these, on any machines, share the work. */
export class BatchWorker {
  private readonly ledger: Ledger
  private readonly queue: WorkQueue
  private readonly shards: ShardRunner
  private readonly caretaker: Caretaker
  private readonly callbacks: CallbackLane
  private readonly worker: Worker<Work | Ending>
  private readonly stop = new AbortController()

  constructor(private readonly options: WorkerOptions) {
    const { redis, store } = options
    this.ledger = new Ledger(redis)
    this.queue = new WorkQueue(redis, this.ledger)
    this.shards = new ShardRunner(options, this.ledger)
    this.caretaker = new Caretaker({ ...options, ledger: this.ledger, queue: this.queue, store })
    const holding = {
      drainDelay: WAIT_S,
      lockDuration: LOCK_MS,
      stalledInterval: STALLED_MS,
      maxStalledCount: MOST_STALLED,
    }
    this.callbacks = new CallbackLane(options, this.ledger, this.stop.signal, holding)
    this.worker = new Worker<Work | Ending>(QUEUE_NAME, ({ data }) => this.guarded(data), {
      connection: options.blocking,
      prefix: PREFIX,
      concurrency: SHARDS_AT_ONCE,
      ...holding,
    })
    this.worker.on('error', () => {}) // The connection's own line says it.
    this.worker.on('failed', (job, error) => {
      if (this.stop.signal.aborted) return
      const fields = { work: job?.id, attempts: job?.attemptsMade, reason: error.message }
      options.log.warn(fields, 'work has to be done again')
    })
    this.worker.on('stalled', (name) =>
      options.log.warn({ work: name }, 'a worker has died or hangs; its work is done again'),
    )
  }

  /** Resolves when it takes up work. */
  async ready(): Promise<void> {
    await Promise.all([this.worker.waitUntilReady(), this.callbacks.ready()])
    this.caretaker.start()
  }

  /** Takes up nothing more, and finishes what runs; what is not finished after `ms` another worker does. */
  async close(ms: number): Promise<void> {
    await this.caretaker.close()
    const timer = setTimeout(() => this.stop.abort(new Error('the worker stops')), ms)
    await Promise.all([this.worker.close(), this.callbacks.close()])
    clearTimeout(timer)
    await this.queue.close()
  }

  private async guarded(data: Work | Ending): Promise<void> {
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

  private async work(data: Work | Ending): Promise<void> {
    if (data.kind === 'shard') return this.shard(data)
    if (data.kind === 'list') return this.list(data.id)
    if (data.kind === 'end') await this.end(data.id)
    await this.tell(data.id)
    if (data.kind === 'end') await this.ledger.settle(data.id)
  }

  private async shard({ tag, ...task }: Work): Promise<void> {
    await this.ledger.advance(tag)
    await this.shards.run(task, this.stop.signal)
    await this.queue.feed(task.id)
    await this.seeToEnd(task.id)
  }

  private async list(id: string): Promise<void> {
    const { store, sources } = this.options
    await new Lister(store, this.ledger, this.queue, sources).run(id, this.stop.signal)
    await this.seeToEnd(id)
  }

  private async seeToEnd(id: string): Promise<void> {
    const { store, log } = this.options
    noteMissing(log, id, await seeToEnd(store, this.ledger, this.queue, id))
  }

  private async end(id: string): Promise<void> {
    const standing = await this.ledger.standing(id)
    const { store } = this.options
    if (standing?.state === 'done') await joinResults(store, this.ledger, id, this.stop.signal)
    if (standing?.state !== 'cancelled') return
    for (const task of await this.ledger.given(id)) await this.shards.countLate(task, this.stop.signal)
    await removeObjects(store, inputsPrefix(id))
  }

  /** Has the end told by who tells all of them. */
  private async tell(id: string): Promise<void> {
    const standing = await this.ledger.standing(id)
    if (standing && standing.state !== 'running') await this.callbacks.give(standing)
  }
}
