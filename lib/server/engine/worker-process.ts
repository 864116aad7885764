import type { ChildProcess } from 'node:child_process'
import { Problem } from '@/lib/shared/problems/problem'
import { forkWorker, SLOTS } from './fork-worker'
import type { FromWorker, LoadReport, LoadSettings, ToWorker, WorkerModel } from './protocol'
import type { Task } from './queue'

/** Batch photos leave one slot free, so that an interactive photo starts decoding at once. */
export const BATCH_SLOTS = SLOTS - 1
/** During interactive traffic, decoding more batch photos would take the cores that interactive photos need. */
export const BATCH_SLOTS_WHILE_INTERACTIVE = 1

export interface WorkerEvents {
  loaded(worker: WorkerProcess, models: LoadReport[], slowJpeg: string | null): void
  /** A slot has become free. */
  freed(worker: WorkerProcess, task: Task): void
  /** The process has exited. `tasks` were in it; `loading` is the model it had not finished loading, if any. */
  exited(worker: WorkerProcess, tasks: Task[], loading: string | null, reason: string): void
}

/**
 * A child process and its photos. These are processes because neither a decode nor a run can be interrupted from
 * within: a stuck or corrupted worker is killed, and only its own photos are affected.
 */
export class WorkerProcess {
  readonly tasks = new Map<number, Task>()
  /** Whether its code was loaded; if not, the program itself doesn't run on this machine. */
  started = false
  ready = false
  /** Runs only one photo: one whose previous worker crashed. */
  exclusive = false
  models: LoadReport[] = []
  /** Accepts no new photos, because it uses too much memory, and exits once it is idle. */
  retiring = false
  /** Last reported memory. */
  bytes = 0
  private exitHandled = false
  private loading: string | null = null
  private killReason: string | null = null
  /** The photo that the model is running for, as last reported by the worker. */
  private running: number | null = null
  private watchdog: NodeJS.Timeout | undefined
  private readonly child: ChildProcess

  constructor(
    script: string,
    private readonly load: LoadSettings & { models: WorkerModel[] },
    private readonly limits: { timeoutMs: number; maxBytes: number },
    private readonly events: WorkerEvents,
  ) {
    this.child = forkWorker({ script, scarceMemory: load.scarceMemory })
    this.child.on('message', (message: FromWorker) => this.receive(message))
    this.child.on('exit', (code, signal) => this.exited(signal ? `killed by ${signal}` : `exit code ${code}`))
    this.child.on('error', (error) => this.exited(error.message))
  }

  get pid(): number | undefined {
    return this.child.pid
  }

  /** Whether it can take one more photo without exceeding the limit. */
  hasRoom(limit: number): boolean {
    return this.ready && !this.retiring && !this.exclusive && this.tasks.size < limit
  }

  /** Whether it may take this photo in addition to those it holds. */
  fits({ slow }: Task): boolean {
    return !slow || ![...this.tasks.values()].some((task) => task.slow)
  }

  run(task: Task): void {
    this.tasks.set(task.job.id, task)
    if (this.tasks.size === 1) this.watch()
    this.send({ kind: 'run', job: task.job })
  }

  /** Tells the worker that this photo is no longer needed. */
  cancel(task: Task): void {
    if (this.tasks.has(task.job.id)) this.send({ kind: 'cancel', id: task.job.id })
  }

  /** Ends the process once it is idle. */
  stop(): void {
    if (this.child.connected) this.child.disconnect()
  }

  kill(reason: string): void {
    this.killReason = reason
    this.child.kill('SIGKILL')
  }

  /**
   * A worker reports when it starts and finishes something. If it reports nothing for longer than a photo may take, it
   * is stuck: in the current run, or else with its oldest photo. Photos that wait for other runs are not counted.
   */
  private watch(): void {
    clearTimeout(this.watchdog)
    if (this.tasks.size === 0) return
    this.watchdog = setTimeout(() => {
      const [oldest = -1] = this.tasks.keys()
      this.onTimeout(this.running ?? oldest)
    }, this.limits.timeoutMs)
  }

  private onTimeout(id: number): void {
    const task = this.tasks.get(id)
    if (!task || this.killReason !== null) return
    task.crashes = Number.POSITIVE_INFINITY
    this.kill(`a photo took longer than ${this.limits.timeoutMs} ms`)
  }

  private send(message: ToWorker): void {
    // A channel that has just closed is followed by 'exit', which handles the photos.
    if (this.child.connected) this.child.send(message, () => {})
  }

  private receive(message: FromWorker): void {
    switch (message.kind) {
      case 'started':
        this.started = true
        this.send({ kind: 'load', ...this.load, timeoutMs: this.limits.timeoutMs })
        break
      case 'loading':
        this.loading = message.id
        break
      case 'loaded':
        this.loading = null
        this.ready = true
        this.models = message.models
        this.events.loaded(this, message.models, message.slowJpeg)
        break
      case 'running':
        this.running = message.id
        this.watch()
        break
      case 'stuck':
        this.onTimeout(message.id)
        break
      default:
        this.finish(message)
    }
  }

  private finish(message: Extract<FromWorker, { id: number; kind: 'result' | 'failed' }>): void {
    const task = this.tasks.get(message.id)
    if (!task) return
    this.forget(message.id)
    if (message.kind === 'result') task.resolve(message.result)
    else task.reject(new Problem(message.code, message.detail))
    this.bytes = message.rss
    if (message.rss > this.limits.maxBytes) this.retiring = true
    this.events.freed(this, task)
    if (this.retiring && this.tasks.size === 0) this.kill(`it used ${message.rss} bytes of memory`)
  }

  private forget(id: number): void {
    this.tasks.delete(id)
    if (this.running === id) this.running = null
    this.watch()
  }

  private exited(reason: string): void {
    if (this.exitHandled) return // A failed fork reports an error, and possibly an exit too.
    this.exitHandled = true
    const tasks = [...this.tasks.values()]
    for (const { job } of tasks) this.forget(job.id)
    this.ready = false
    this.events.exited(this, tasks, this.loading, this.killReason ?? reason)
  }
}
