import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Job, JobParameters, JobPhotos } from '@/lib/shared/contract/jobs'
import { Problem } from '@/lib/shared/problems/problem'
import type { ResultRow } from '@/lib/shared/results/columns'
import { type StorageError, storageFaultOf } from '../../storage/storage-errors'
import type { Draft, JobBackend, JobFeed, JobStats, JobsHealth, PositionedResult, ResultRange } from '../backend'
import { EmbeddedBackend, type EmbeddedOptions } from './backend'
import { FaultMonitor } from './fault-monitor'
import { type Acquisition, HEARTBEAT_MS, LEASE_LOST_CODE, Lease } from './lease'

/** How often who waits looks whether the folder is free. */
const POLL_MS = 500
/** A folder that could not be opened is tried again after this long. */
const RETRY_MS = 3000
const RETRY_AFTER_SECONDS = 2
/** What no waiting mends: the folder was never meant to be written to. */
const FATAL_CODES = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST'])

/**
 * Jobs in a folder that several servers may reach, one at a time: this one runs them while it holds the folder's lease. Else it waits for it, and says so; and what is asked of jobs
 * meanwhile is refused as `not_ready`.
 */
export class LeasedBackend implements JobBackend {
  private readonly lease: Lease
  private readonly faults: FaultMonitor
  private backend: EmbeddedBackend | null = null
  private timers: NodeJS.Timeout[] = []
  /** The opening that goes on. */
  private acquiring: Promise<void> | null = null
  /** When the next may be tried, by the monotonic clock (milliseconds). */
  private retryAt = 0
  private waiting = false
  private closed = false

  private constructor(private readonly options: EmbeddedOptions) {
    this.faults = new FaultMonitor(options.folder, options.log)
    this.lease = new Lease(join(/* turbopackIgnore: true */ options.folder, 'lease'), () => this.onLeaseLost())
  }

  /** Takes the folder where it is free; the jobs of it are there then. @throws NodeJS.ErrnoException where this process may not write there at all */
  static async open(options: EmbeddedOptions): Promise<LeasedBackend> {
    mkdirSync(options.folder, { recursive: true })
    const jobs = new LeasedBackend(options)
    jobs.timers = [
      setInterval(() => jobs.heartbeat(), HEARTBEAT_MS).unref(),
      setInterval(() => void jobs.poll(), POLL_MS).unref(),
    ]
    try {
      await jobs.tryAcquire()
    } catch (error) {
      if (FATAL_CODES.has((error as NodeJS.ErrnoException).code ?? '')) {
        await jobs.shutDown()
        throw error
      }
      jobs.reportFailure(error as Error)
    }
    return jobs
  }

  get uploadFolder(): string {
    return join(/* turbopackIgnore: true */ this.options.folder, 'drafts')
  }

  health(): JobsHealth {
    const reason = this.faults.current ?? (this.backend ? null : 'lease')
    return { state: reason === null ? 'ok' : 'waiting', reason }
  }

  async create(parameters: JobParameters, fill: (draft: Draft) => Promise<void>, key?: string) {
    return this.current.create(parameters, fill, key)
  }

  async view(id: string): Promise<Job> {
    return this.current.view(id)
  }

  async list(): Promise<Job[]> {
    return this.current.list()
  }

  async stats(): Promise<JobStats> {
    return this.current.stats()
  }

  async add(id: string, fill: (draft: Draft) => Promise<void>, unique?: boolean): Promise<Job> {
    return this.current.add(id, fill, unique)
  }

  async close(id: string): Promise<Job> {
    return this.current.close(id)
  }

  async pause(id: string, paused: boolean): Promise<Job> {
    return this.current.pause(id, paused)
  }

  async cancel(id: string): Promise<Job> {
    return this.current.cancel(id)
  }

  async retryFailed(id: string): Promise<Job> {
    return this.current.retryFailed(id)
  }

  async remove(id: string): Promise<void> {
    return this.current.remove(id)
  }

  async photos(id: string, offset: number, limit: number): Promise<JobPhotos> {
    return this.current.photos(id, offset, limit)
  }

  async results(id: string, range: ResultRange): Promise<AsyncIterable<ResultRow>> {
    return this.current.results(id, range)
  }

  async resultsSince(id: string, position: string): Promise<AsyncIterable<PositionedResult>> {
    return this.current.resultsSince(id, position)
  }

  async feed(id: string): Promise<JobFeed> {
    return this.current.feed(id)
  }

  async shutDown(): Promise<void> {
    this.closed = true
    await this.acquiring?.catch(() => {})
    // It is heard of until all is ended, however long the last upload takes.
    await this.backend?.shutDown()
    for (const timer of this.timers) clearInterval(timer)
    try {
      this.lease.release()
    } catch (error) {
      const { message: reason } = error as Error
      this.options.log.warn(
        { reason },
        'it cannot be said that the folder of the jobs is free; others wait for seconds',
      )
    }
  }

  /** @throws Problem `not_ready` */
  private get current(): EmbeddedBackend {
    if (this.backend) return this.backend
    const detail = 'The jobs are with another server at this moment, or are being opened. Try again in a few seconds.'
    throw new Problem('not_ready', detail, { retryAfterSeconds: RETRY_AFTER_SECONDS })
  }

  /** Says that the folder is held, and shows whether it can be used, whether jobs run or not. */
  private heartbeat(): void {
    if (!this.lease.isHeld) return
    try {
      this.lease.beat()
      this.faults.clear(this)
    } catch (error) {
      this.reportFailure(error as Error)
    }
  }

  private async poll(): Promise<void> {
    if (this.closed || this.acquiring || this.lease.isHeld || performance.now() < this.retryAt) return
    try {
      await this.tryAcquire()
      this.faults.clear(this)
    } catch (error) {
      this.reportFailure(error as Error)
    }
  }

  private reportFailure(error: Error): void {
    const fault = storageFaultOf(error)
    if (!fault) this.options.log.error({ err: error }, 'the folder of the jobs cannot be opened')
    else if ((error as StorageError).code !== LEASE_LOST_CODE) this.faults.report(this, fault, error)
  }

  private async tryAcquire(): Promise<void> {
    this.acquiring = this.acquire()
    try {
      await this.acquiring
    } finally {
      this.acquiring = null
    }
  }

  /** Takes the folder and opens its jobs, if it is free. @throws NodeJS.ErrnoException */
  private async acquire(): Promise<void> {
    const { folder: DATA_DIR, log } = this.options
    const taken = this.lease.acquire()
    if (taken) {
      await this.open(taken)
      if (this.waiting) log.info({ DATA_DIR, taken }, 'the folder of the jobs is this server’s now')
      this.waiting = false
    } else if (!this.waiting) {
      this.waiting = true
      const message = 'the jobs wait: another server has their folder; they are taken over when it stops or is gone'
      log.warn({ DATA_DIR, ...this.lease.holder }, message)
    }
  }

  private async open(taken: Acquisition): Promise<void> {
    try {
      const { lease, options, faults } = this
      const handle = {
        name: lease.name,
        guard: lease.guard,
        verify: () => lease.beat(),
        takenOver: taken === 'expired',
        clockSkew: () => lease.clockSkew,
      }
      const jobs = await EmbeddedBackend.open(options, handle, faults)
      // Lost again meanwhile.
      if (!this.lease.isHeld) return jobs.abandon()
      this.backend = jobs
      // Of versions that knew nothing of other containers.
      rmSync(join(this.options.folder, 'lock'), { force: true })
    } catch (error) {
      this.retryAt = performance.now() + RETRY_MS
      this.lease.release()
      throw error
    }
  }

  private onLeaseLost(): void {
    const { backend, options } = this
    this.backend = null
    this.waiting = true
    const message =
      'another server has taken the folder of the jobs: this one was not heard of for a while. It waits now'
    options.log.warn({ DATA_DIR: options.folder }, message)
    // Behind whatever has just found it out; nothing can be written any more.
    queueMicrotask(() => backend?.abandon())
  }
}
