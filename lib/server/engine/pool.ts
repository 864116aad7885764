import { Problem } from '@/lib/shared/problems/problem'
import { SLOTS } from './fork-worker'
import type { LoadReport, LoadSettings, WorkerModel } from './protocol'
import type { Queue, Task } from './queue'
import type { Priority } from './types'
import { BATCH_SLOTS, BATCH_SLOTS_WHILE_INTERACTIVE, WorkerProcess } from './worker-process'

export interface PoolOptions extends LoadSettings {
  script: string
  size: number
  /** How many workers start at once; the others follow when one of them has loaded the models. */
  first: number
  timeoutMs: number
  maxBytes: number
}

export interface PoolEvents {
  /** A worker has tried to load its models. */
  loaded(reports: LoadReport[], slowJpeg: string | null): void
  /** A worker has crashed. `culprit` is the model that is excluded from now on because of it. */
  crashed(reason: string, culprit: string | null): void
  /** Workers exit before they can load anything, for example if ONNX Runtime has no binary for the machine. */
  unableToStart(reason: string): void
}

/** While there was interactive traffic within this time, batches leave it more room. */
const INTERACTIVE_WINDOW_MS = 1000
/** Initial delay before a worker that crashed while starting is restarted. It doubles up to the maximum. */
const MIN_BACKOFF_MS = 100
const MAX_BACKOFF_MS = 5000
/** After this many consecutive exits before a worker has started, models are reported as unavailable. */
const MAX_FAILED_STARTS = 3
/** A model is excluded after this many consecutive crashes while loading it. */
const MAX_LOAD_CRASHES = 3

/**
 * Manages the worker processes and the queue in front of them. Keeps `size` workers alive, assigns photos to the least
 * busy worker (interactive photos before batch photos), and retries a photo whose worker crashed once, alone, so that
 * other photos never suffer twice.
 */
export class Pool {
  restarts = 0
  private readonly workers = new Set<WorkerProcess>()
  private readonly retries: Task[] = []
  private readonly timers = new Set<NodeJS.Timeout>()
  private failedStarts = 0
  private exitsBeforeStart = 0
  /** Whether all workers were started. */
  private complete = false
  /** When an interactive photo was last assigned. */
  private lastInteractiveAt = Number.NEGATIVE_INFINITY
  /** Consecutive crashes while loading each model. */
  private readonly loadCrashes = new Map<string, number>()
  private closing: (() => void) | null = null

  constructor(
    private readonly options: PoolOptions,
    private models: WorkerModel[],
    private readonly queue: Queue,
    private readonly events: PoolEvents,
  ) {
    for (let i = 0; i < Math.min(options.first, options.size); i++) this.start()
  }

  /** Photos currently in workers. */
  get inFlight(): number {
    return [...this.workers].reduce((sum, worker) => sum + worker.tasks.size, 0)
  }

  get readyWorkers(): number {
    return [...this.workers].filter(({ ready }) => ready).length
  }

  /** Memory of all workers, as last reported by each. */
  get bytes(): number {
    return [...this.workers].reduce((sum, worker) => sum + worker.bytes, 0)
  }

  /** Process ids, for tests that kill workers. */
  get pids(): number[] {
    return [...this.workers].flatMap(({ pid }) => pid ?? [])
  }

  /** Whether a live worker serves this model. */
  serves(id: string): boolean {
    return [...this.workers].some(
      (worker) => worker.ready && worker.models.some((model) => model.id === id && model.error === null),
    )
  }

  /** Assigns waiting photos to free workers. Called whenever a photo arrives or a slot becomes free. */
  dispatch(): void {
    const reserved = this.dispatchRetries()
    for (const priority of ['interactive', 'batch'] as const) {
      const full = new Set<WorkerProcess | undefined>([reserved])
      for (;;) {
        const worker = this.leastBusy((candidate) => !full.has(candidate) && this.hasRoom(candidate, priority))
        if (!worker) break
        const task = this.queue.take(priority, (waiting) => worker.fits(waiting))
        // The waiting photos may fit into another worker.
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
   * While there is interactive traffic, batches leave one worker free, and slots in the others, so that interactive
   * photos are decoded at once on an idle core (measured: the p99 of interactive requests is 1.3 times as long beside a
   * batch instead of 1.9 times; the batch loses a sixth of its throughput).
   */
  private hasRoom(worker: WorkerProcess, priority: Priority): boolean {
    if (priority === 'interactive') return worker.hasRoom(SLOTS)
    if (performance.now() - this.lastInteractiveAt >= INTERACTIVE_WINDOW_MS) return worker.hasRoom(BATCH_SLOTS)
    return worker.hasRoom(BATCH_SLOTS_WHILE_INTERACTIVE) && this.inFlight < Math.max(1, this.options.size - 1)
  }

  /** Tells the worker that holds this photo, if any, that it is no longer needed. */
  cancel(task: Task): void {
    for (const worker of this.workers) worker.cancel(task)
  }

  /** Finishes running and waiting photos, then stops the workers. */
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
    return worker // Busy or not, the worker is reserved for the retry.
  }

  private leastBusy(fits: (worker: WorkerProcess) => boolean): WorkerProcess | undefined {
    let best: WorkerProcess | undefined
    for (const worker of this.workers) {
      if (fits(worker) && (best === undefined || worker.tasks.size < best.tasks.size)) best = worker
    }
    return best
  }

  private start(): void {
    const { script, maxPixels, scarceMemory, provider, ...limits } = this.options
    this.workers.add(
      new WorkerProcess(script, { models: this.models, maxPixels, scarceMemory, provider }, limits, {
        loaded: (_, reports, slowJpeg) => {
          this.failedStarts = 0
          this.exitsBeforeStart = 0
          this.loadCrashes.clear()
          this.startOthers()
          this.events.loaded(reports, slowJpeg)
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

  /** Starts the workers that left the cores to the first ones. */
  private startOthers(): void {
    if (this.complete) return
    this.complete = true
    if (this.closing) return
    for (let i = Math.min(this.options.first, this.options.size); i < this.options.size; i++) this.start()
  }

  private exited(worker: WorkerProcess, tasks: Task[], loading: string | null, reason: string): void {
    this.workers.delete(worker)
    if (this.closing && tasks.length === 0 && this.drained()) {
      this.finishClosing()
      return
    }
    if (!worker.started && ++this.exitsBeforeStart === MAX_FAILED_STARTS) this.events.unableToStart(reason)
    this.events.crashed(reason, loading !== null && this.isCulprit(loading) ? loading : null)
    for (const task of tasks) this.afterCrash(task)
    this.restart(worker.models.length > 0 || loading !== null)
    this.dispatch()
  }

  /**
   * Counts a worker crash while loading a model. A model that repeatedly crashes workers is excluded so that the others
   * can serve. One or two crashes may be coincidence, for example when the kernel reclaims memory.
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
