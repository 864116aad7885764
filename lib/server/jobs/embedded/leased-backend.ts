import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Job, JobParameters, JobPhotos } from '@/lib/shared/contract/jobs'
import { Problem } from '@/lib/shared/problems/problem'
import type { ResultRow } from '@/lib/shared/results/columns'
import { type StorageError, storageFaultOf } from '../../storage/storage-errors'
import type {
  Draft,
  JobBackend,
  JobFeed,
  JobSpec,
  JobStats,
  JobsHealth,
  PositionedResult,
  ResultRange,
} from '../backend'
import type { StoredCheck } from '../check/stored-check'
import { EmbeddedBackend, type EmbeddedOptions } from './backend'
import { FaultMonitor } from './fault-monitor'
import { type Acquisition, HEARTBEAT_MS, LEASE_LOST_CODE, Lease } from './lease'

/** How often a waiting server checks whether the lease is free. */
const POLL_MS = 500
/** A folder that couldn't be opened is retried after this time. */
const RETRY_MS = 3000
const RETRY_AFTER_SECONDS = 2
/** Errors that waiting won't fix: the folder was never meant to be written to. */
const FATAL_CODES = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST'])

/**
 * Jobs in a folder that several servers can reach, one at a time: this server runs them while it holds the folder's
 * lease. Otherwise it logs that it is waiting, and refuses requests for jobs with `not_ready`.
 */
export class LeasedBackend implements JobBackend {
  private readonly lease: Lease
  private readonly faults: FaultMonitor
  private backend: EmbeddedBackend | null = null
  private timers: NodeJS.Timeout[] = []
  /** The attempt in progress. */
  private acquiring: Promise<void> | null = null
  /** When to try again, by the monotonic clock (milliseconds). */
  private retryAt = 0
  private waiting = false
  private closed = false

  private constructor(private readonly options: EmbeddedOptions) {
    this.faults = new FaultMonitor(options.folder, options.log)
    this.lease = new Lease(join(/* turbopackIgnore: true */ options.folder, 'lease'), () => this.onLeaseLost())
  }

  /**
   * Acquires the lease if it is free, and opens the jobs.
   *
   * @throws NodeJS.ErrnoException if this process may not write to the folder at all
   */
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

  async create(parameters: JobParameters, fill: (draft: Draft) => Promise<void>, key?: string, chargedTo?: string) {
    return this.current.create(parameters, fill, key, chargedTo)
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

  async spec(id: string): Promise<JobSpec> {
    return this.current.spec(id)
  }

  async readCheck(id: string): Promise<StoredCheck | null> {
    return this.current.readCheck(id)
  }

  async writeCheck(id: string, check: StoredCheck): Promise<void> {
    return this.current.writeCheck(id, check)
  }

  async shutDown(): Promise<void> {
    this.closed = true
    await this.acquiring?.catch(() => {})
    // Heartbeats continue until everything has ended, however long the last upload takes.
    await this.backend?.shutDown()
    for (const timer of this.timers) clearInterval(timer)
    try {
      this.lease.release()
    } catch (error) {
      const { message: reason } = error as Error
      this.options.log.warn(
        { reason },
        'could not release the lease of the jobs folder; other servers wait a few seconds until it expires',
      )
    }
  }

  /** @throws Problem `not_ready` */
  private get current(): EmbeddedBackend {
    if (this.backend) return this.backend
    const detail = 'The jobs are being opened, or another server is running them. Try again in a few seconds.'
    throw new Problem('not_ready', detail, { retryAfterSeconds: RETRY_AFTER_SECONDS })
  }

  /** Writes a heartbeat. This also shows whether the folder is usable, even when no jobs run. */
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
    if (!fault) this.options.log.error({ err: error }, 'the jobs folder cannot be opened')
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

  /** Acquires the lease and opens the jobs, if it is free. @throws NodeJS.ErrnoException */
  private async acquire(): Promise<void> {
    const { folder: DATA_DIR, log } = this.options
    const taken = this.lease.acquire()
    if (taken) {
      await this.open(taken)
      if (this.waiting) log.info({ DATA_DIR, taken }, 'this server now holds the lease of the jobs folder')
      this.waiting = false
    } else if (!this.waiting) {
      this.waiting = true
      const message =
        'waiting for the jobs folder: another server holds its lease; this server takes over when that one stops'
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
      // The lease was lost again meanwhile.
      if (!this.lease.isHeld) return jobs.abandon()
      this.backend = jobs
      // A leftover of versions before the lease.
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
      'another server took over the jobs folder because this one sent no heartbeat for a while; waiting for the lease'
    options.log.warn({ DATA_DIR: options.folder }, message)
    // After the current call, which has just found out. Nothing can be written any more.
    queueMicrotask(() => backend?.abandon())
  }
}
