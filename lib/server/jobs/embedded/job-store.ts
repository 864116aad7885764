import { existsSync, lstatSync, mkdirSync, readdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { Problem } from '@/lib/shared/problems/problem'
import { runInSlices } from '../../event-loop/slices'
import { storageFaultOf } from '../../storage/storage-errors'
import type { JobSpec } from '../backend'
import { unknownJob } from '../problems'
import { CorruptJobError } from './atomic-json'
import type { FaultMonitor } from './fault-monitor'
import { IdempotencyKeys } from './idempotency-keys'
import type { JobKey } from './job-files'
import { JobFolder } from './job-folder'
import type { LeaseHandle, StorageAccess } from './lease-handle'
import { Trash } from './trash'

export interface JobStoreOptions {
  /** The jobs folder. */
  folder: string
  faults: FaultMonitor
  lease: LeaseHandle
  /** Called with each job that was opened or created. */
  onOpened: (job: JobFolder) => void
  log: Record<'error' | 'warn' | 'info', (fields: object, message: string) => void>
}

/** A job that can't be read is retried after this time. */
const RETRY_MS = 5000

/**
 * The jobs in a folder. `jobs/` has one folder per job, `drafts/` has jobs being created, `trash/` what is being
 * deleted, `damaged/` what was moved aside. A job exists from its rename out of `drafts` to its rename into `trash`;
 * each is one atomic step.
 */
export class JobStore {
  readonly jobs = new Map<string, JobFolder>()
  readonly keys = new IdempotencyKeys()
  readonly trash: Trash
  private readonly access: StorageAccess
  /** Jobs that exist but can't be read at the moment. */
  private readonly unreadable = new Set<string>()
  private timer: NodeJS.Timeout | undefined
  private closed = false

  constructor(private readonly options: JobStoreOptions) {
    const { lease } = options
    this.trash = new Trash(this.path('trash'), lease.guard)
    this.access = { ...lease, discard: (path) => this.trash.discard(path) }
  }

  /** Opens all jobs without blocking the event loop. @throws NodeJS.ErrnoException if the folder can't be used */
  async open(): Promise<void> {
    const { lease, log } = this.options
    lease.guard()
    for (const name of ['jobs', 'damaged']) mkdirSync(this.path(name), { recursive: true })
    this.trash.open()
    // Drafts whose creators were killed. No client knows of them.
    if (existsSync(this.path('drafts'))) this.trash.moveIn(this.path('drafts'))
    mkdirSync(this.path('drafts'))
    for (const entry of readdirSync(this.path('jobs'), { withFileTypes: true })) {
      if (entry.isDirectory()) await this.load(entry.name)
    }
    const jobExists = (id: string) => this.jobs.has(id) || this.unreadable.has(id)
    this.keys.importLegacy(this.path('keys'), this.path('damaged'), jobExists, log)
  }

  /** @throws Problem `unknown_job`, `not_ready` if the job exists but can't be read */
  get(id: string): JobFolder {
    const job = this.jobs.get(id)
    if (job) return job
    if (!this.unreadable.has(id)) throw unknownJob()
    throw new Problem('not_ready', 'The job cannot be read at the moment. Try again in a few seconds.', {
      retryAfterSeconds: 5,
    })
  }

  /** Starts a job that isn't committed yet. @throws NodeJS.ErrnoException; nothing of it remains then */
  createDraft(spec: JobSpec): JobFolder {
    const path = join(this.path('drafts'), spec.id)
    try {
      return JobFolder.create(path, spec, this.access)
    } catch (error) {
      this.trash.discard(path)
      throw error
    }
  }

  /** Discards a draft. */
  dropDraft(draft: JobFolder): void {
    draft.dispose({ deleted: true })
    this.trash.discard(draft.path)
  }

  /** Commits a draft. @throws NodeJS.ErrnoException; it is still a draft then */
  commit(draft: JobFolder, key: JobKey | null): void {
    const { id } = draft.spec
    draft.commit(join(this.path('jobs'), id), key)
    this.jobs.set(id, draft)
    this.keys.add(draft)
    this.options.onOpened(draft)
  }

  /** Deletes a job with all its files, in one step. @throws NodeJS.ErrnoException; the job is unchanged then */
  remove(job: JobFolder): void {
    // Someone may have deleted the folder from the disk.
    if (!isMissing(job.path) || isMissing(this.path('jobs'))) this.trash.moveIn(job.path)
    this.jobs.delete(job.spec.id)
    this.keys.delete(job)
    job.dispose({ deleted: true })
  }

  async close(): Promise<void> {
    this.closed = true
    clearTimeout(this.timer)
    for (const job of this.jobs.values()) job.dispose()
    this.jobs.clear()
    await this.trash.close()
  }

  path(name: string): string {
    return join(/* turbopackIgnore: true */ this.options.folder, name)
  }

  /** One unreadable folder must not affect the others: it is moved aside if it is damaged, and retried otherwise. */
  private async load(id: string): Promise<void> {
    const { faults, log } = this.options
    const path = join(this.path('jobs'), id)
    try {
      const job = await runInSlices(JobFolder.openInSteps(path, this.access))
      if (this.closed) return job.dispose()
      this.unreadable.delete(id)
      this.jobs.set(id, job)
      this.keys.add(job)
      this.options.onOpened(job)
    } catch (error) {
      if (error instanceof CorruptJobError && this.quarantine(id, path, error)) return
      const fault = storageFaultOf(error)
      if (fault) faults.report(this, fault, error)
      else log.error({ job: id, err: error }, 'a job cannot be opened; its folder stays where it is')
      if (fault || error instanceof CorruptJobError) this.retryLater(id)
    }
  }

  /** → whether it could be moved. */
  private quarantine(id: string, path: string, { message }: Error): boolean {
    const { lease, log } = this.options
    const isFree = isMissing(join(this.path('damaged'), id))
    const target = join(this.path('damaged'), isFree ? id : `${id}-${Date.now()}`)
    try {
      lease.guard()
      renameSync(path, target)
    } catch {
      return false
    }
    this.unreadable.delete(id)
    log.error(
      { job: id, reason: message, put_aside: target },
      'a job is damaged and was moved aside; other jobs are not affected',
    )
    return true
  }

  private retryLater(id: string): void {
    this.unreadable.add(id)
    if (this.closed) return
    this.timer ??= setTimeout(() => void this.retry(), RETRY_MS)
  }

  private async retry(): Promise<void> {
    this.timer = undefined
    for (const id of [...this.unreadable]) {
      // Someone deleted the folder from the disk.
      if (isMissing(join(this.path('jobs'), id)) && !isMissing(this.path('jobs'))) this.unreadable.delete(id)
      else await this.load(id)
    }
    if (this.unreadable.size === 0) this.options.faults.clear(this)
  }
}

/** Whether there is definitely nothing at this path. */
function isMissing(path: string): boolean {
  try {
    lstatSync(path)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT'
  }
}
