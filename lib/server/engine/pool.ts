import { Problem } from '@/lib/shared/problems/problem'
import type { LoadReport, WorkerModel } from './protocol'
import type { Queue, Task } from './queue'
import type { Priority } from './types'
import { BATCH_SLOTS, BATCH_SLOTS_WHILE_INTERACTIVE, SLOTS, WorkerProcess } from './worker-process'

export interface PoolOptions {
  script: string
  size: number
  maxPixels: number
  timeoutMs: number
  maxBytes: number
  scarceMemory: boolean
}

export interface PoolEvents {
  /** A worker has tried its models. */
  loaded(reports: LoadReport[]): void
  /** A worker has died; `wrecker` is the model that is left out from now on because of it. */
  crashed(reason: string, culprit: string | null): void
}

/** People who were here within this time are likely to come again: batches leave them more room. */
const INTERACTIVE_WINDOW_MS = 1000
/** First wait before a worker that died while starting is started again; it doubles up to the longest. */
const MIN_BACKOFF_MS = 100
const MAX_BACKOFF_MS = 5000
/** A model with which so many workers in a row died while they loaded it is left out. */
const MAX_LOAD_CRASHES = 3

/**
 * Worker processes and the queue before them. Keeps `size` of them alive, hands out photos (a person's before
 * batches, to the least busy worker), and runs a photo that a worker died with once more, alone, so that
 * innocent photos beside it never pay twice.
 */
export class Pool {
  restarts = 0
  private readonly workers = new Set<WorkerProcess>()
  private readonly retries: Task[] = []
  private readonly timers = new Set<NodeJS.Timeout>()
  private failedStarts = 0
  /** When a person's photo was handed out last. */
  private lastInteractiveAt = Number.NEGATIVE_INFINITY
  /** Workers that died in a row while they loaded this model. */
  private readonly loadCrashes = new Map<string, number>()
  private closing: (() => void) | null = null

  constructor(
    private readonly options: PoolOptions,
    private models: WorkerModel[],
    private readonly queue: Queue,
    private readonly events: PoolEvents,
  ) {
    for (let i = 0; i < options.size; i++) this.start()
  }

  /** Photos inside workers. */
  get inFlight(): number {
    return [...this.workers].reduce((sum, worker) => sum + worker.tasks.size, 0)
  }

  get readyWorkers(): number {
    return [...this.workers].filter(({ ready }) => ready).length
  }

  /** Memory of all workers, as each last said. */
  get bytes(): number {
    return [...this.workers].reduce((sum, worker) => sum + worker.bytes, 0)
  }

  /** Process ids, for tests that kill. */
  get pids(): number[] {
    return [...this.workers].flatMap(({ pid }) => pid ?? [])
  }

  /** Whether a living worker serves this model. */
  serves(id: string): boolean {
    return [...this.workers].some(
      (worker) => worker.ready && worker.models.some((model) => model.id === id && model.error === null),
    )
  }

  /** Hands out what can be handed out. Called whenever a photo comes or a place becomes free. */
  dispatch(): void {
    const reserved = this.dispatchRetries()
    for (const priority of ['interactive', 'batch'] as const) {
      const full = new Set<WorkerProcess | undefined>([reserved])
      for (;;) {
        const worker = this.leastBusy((candidate) => !full.has(candidate) && this.hasRoom(candidate, priority))
        if (!worker) break
        const task = this.queue.take(priority, (waiting) => worker.fits(waiting))
        // What waits may fit into another one.
        if (!task) full.add(worker)
        else this.assign(task, worker)
      }
    }
    this.finishClosing()
  }

  private assign(task: Task, worker: WorkerProcess): void {
    if (task.job.priority === 'interactive') this.lastInteractiveAt = performance.now()
    worker.run(task)
  }

  /**
   * While people are about, batches leave a worker to them, and places in the others: their photos are decoded at once, on a core
   * that nobody else uses (measured: p99 of people 1.3 times as long beside a batch, not 1.9; a sixth less of the batch).
   */
  private hasRoom(worker: WorkerProcess, priority: Priority): boolean {
    if (priority === 'interactive') return worker.hasRoom(SLOTS)
    if (performance.now() - this.lastInteractiveAt >= INTERACTIVE_WINDOW_MS) return worker.hasRoom(BATCH_SLOTS)
    return worker.hasRoom(BATCH_SLOTS_WHILE_INTERACTIVE) && this.inFlight < Math.max(1, this.options.size - 1)
  }

  /** Tells the worker that holds this photo, if one does, that nobody waits for it. */
  cancel(task: Task): void {
    for (const worker of this.workers) worker.cancel(task)
  }

  /** Finishes what runs and waits, then ends the workers. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.closing = resolve
    })
    for (const timer of this.timers) clearTimeout(timer)
    this.finishClosing()
    await closed
  }

  private dispatchRetries(): WorkerProcess | undefined {
    while (this.retries[0]?.settled) this.queue.release(this.retries.shift() as Task)
    if (this.retries.length === 0) return undefined
    const worker = this.leastBusy((candidate) => candidate.ready && !candidate.retiring && !candidate.exclusive)
    const task = worker?.tasks.size === 0 ? this.retries.shift() : undefined
    if (worker && task) {
      worker.exclusive = true
      worker.run(task)
    }
    return worker // Busy or not, it is kept for the retry.
  }

  private leastBusy(fits: (worker: WorkerProcess) => boolean): WorkerProcess | undefined {
    let best: WorkerProcess | undefined
    for (const worker of this.workers) {
      if (fits(worker) && (best === undefined || worker.tasks.size < best.tasks.size)) best = worker
    }
    return best
  }

  private start(): void {
    const { script, maxPixels, scarceMemory, ...limits } = this.options
    this.workers.add(
      new WorkerProcess(script, { models: this.models, maxPixels, scarceMemory }, limits, {
        loaded: (_, reports) => {
          this.failedStarts = 0
          this.loadCrashes.clear()
          this.events.loaded(reports)
          this.dispatch()
        },
        freed: (worker, task) => {
          worker.exclusive = false
          this.queue.release(task)
          this.dispatch()
        },
        exited: (worker, tasks, loading, reason) => this.exited(worker, tasks, loading, reason),
      }),
    )
  }

  private exited(worker: WorkerProcess, tasks: Task[], loading: string | null, reason: string): void {
    this.workers.delete(worker)
    if (this.closing && tasks.length === 0 && this.drained()) {
      this.finishClosing()
      return
    }
    this.events.crashed(reason, loading !== null && this.isCulprit(loading) ? loading : null)
    for (const task of tasks) this.afterCrash(task)
    this.restart(worker.models.length > 0 || loading !== null)
    this.dispatch()
  }

  /**
   * Counts a worker that died while it loaded a model. One that does so again and again is left out, so that the others
   * can serve; once or twice may be chance, as when the kernel takes memory back.
   */
  private isCulprit(id: string): boolean {
    const crashes = (this.loadCrashes.get(id) ?? 0) + 1
    this.loadCrashes.set(id, crashes)
    if (crashes < MAX_LOAD_CRASHES) return false
    this.models = this.models.filter((model) => model.id !== id)
    return true
  }

  private afterCrash(task: Task): void {
    task.crashes++
    if (task.crashes === 1 && !task.settled) {
      this.retries.push(task)
      return
    }
    this.queue.release(task)
    if (task.crashes === Number.POSITIVE_INFINITY) {
      task.reject(
        new Problem(
          'deadline_exceeded',
          'Processing the photo took longer than the server allows. Send a smaller photo.',
        ),
      )
    } else {
      task.reject(new Problem('not_ready', 'The worker process crashed twice while processing this photo.'))
    }
  }

  private restart(immediately: boolean): void {
    this.restarts++
    if (immediately) {
      this.start()
      return
    }
    const delay = Math.min(MAX_BACKOFF_MS, MIN_BACKOFF_MS * 2 ** this.failedStarts++)
    const timer = setTimeout(() => {
      this.timers.delete(timer)
      this.start()
    }, delay)
    this.timers.add(timer)
  }

  private drained(): boolean {
    return this.inFlight === 0 && this.queue.size === 0 && this.retries.every(({ settled }) => settled)
  }

  private finishClosing(): void {
    if (!this.closing || !this.drained()) return
    for (const worker of this.workers) worker.stop()
    if (this.workers.size === 0) this.closing()
  }
}
