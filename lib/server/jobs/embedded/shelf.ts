import { existsSync, lstatSync, mkdirSync, readdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { Problem } from '@/lib/shared/problems/problem'
import { inSlices } from '../../event-loop/slices'
import { troubleOf } from '../../storage/store-fault'
import type { JobSpec } from '../jobs'
import { unknownJob } from '../new-spec'
import type { Holding, StoreAccess } from './holding'
import { JobFolder } from './job'
import type { JobKey } from './job-parts'
import { Keys } from './keys'
import { Trash } from './trash'
import type { Troubles } from './troubles'
import { DamagedJob } from './whole-file'

export interface ShelfOptions {
  /** Where everything is kept. */
  folder: string
  troubles: Troubles
  holding: Holding
  /** Told of each job that was opened. */
  opened: (job: JobFolder) => void
  log: Record<'error' | 'warn' | 'info', (fields: object, message: string) => void>
}

/** A job that cannot be read is tried again after this long. */
const AGAIN_MS = 5000

/**
 * The jobs of a folder: `jobs/` has one folder a job, `drafts/` what is being made, `trash/` what is being removed, `damaged/` what was put aside. A job is there from the rename
 * out of `drafts` to the rename into `trash`, each of which is one step.
 */
export class Shelf {
  readonly jobs = new Map<string, JobFolder>()
  readonly keys = new Keys()
  readonly trash: Trash
  private readonly access: StoreAccess
  /** There, and not to be read at this moment. */
  private readonly unread = new Set<string>()
  private timer: NodeJS.Timeout | undefined
  private closed = false

  constructor(private readonly options: ShelfOptions) {
    const { holding } = options
    this.trash = new Trash(this.path('trash'), holding.guard)
    this.access = { ...holding, discard: (path) => this.trash.discard(path) }
  }

  /** Opens all that are there, in slices. @throws NodeJS.ErrnoException where the folder cannot be used */
  async open(): Promise<void> {
    const { holding, log } = this.options
    holding.guard()
    for (const name of ['jobs', 'damaged']) mkdirSync(this.path(name), { recursive: true })
    this.trash.open()
    // What nobody was told of: its makers were killed.
    if (existsSync(this.path('drafts'))) this.trash.throwAway(this.path('drafts'))
    mkdirSync(this.path('drafts'))
    for (const entry of readdirSync(this.path('jobs'), { withFileTypes: true })) {
      if (entry.isDirectory()) await this.load(entry.name)
    }
    const exists = (id: string) => this.jobs.has(id) || this.unread.has(id)
    this.keys.takeIn(this.path('keys'), this.path('damaged'), exists, log)
  }

  /** @throws Problem `unknown_job`, `not_ready` where it is there and cannot be read */
  get(id: string): JobFolder {
    const job = this.jobs.get(id)
    if (job) return job
    if (!this.unread.has(id)) throw unknownJob()
    throw new Problem('not_ready', 'The job cannot be read at this moment. Try again later.', { retryAfterSeconds: 5 })
  }

  /** Begins a job that is still to be put there. @throws NodeJS.ErrnoException; nothing of it stays then */
  draft(spec: JobSpec): JobFolder {
    const path = join(this.path('drafts'), spec.id)
    try {
      return JobFolder.make(path, spec, this.access)
    } catch (error) {
      this.trash.discard(path)
      throw error
    }
  }

  /** A draft becomes nothing. */
  drop(draft: JobFolder): void {
    draft.dispose({ deleted: true })
    this.trash.discard(draft.path)
  }

  /** Puts a job there that has been made. @throws NodeJS.ErrnoException; it is still a draft then */
  put(draft: JobFolder, key: JobKey | null): void {
    const { id } = draft.spec
    draft.settleIn(join(this.path('jobs'), id), key)
    this.jobs.set(id, draft)
    this.keys.note(draft)
    this.options.opened(draft)
  }

  /** Takes a job away with everything, at once. @throws NodeJS.ErrnoException; it is there as it was then */
  remove(job: JobFolder): void {
    // One that somebody has removed from the disk is gone already.
    if (!isGone(job.path) || isGone(this.path('jobs'))) this.trash.throwAway(job.path)
    this.jobs.delete(job.spec.id)
    this.keys.forget(job)
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

  /** One folder that cannot be read must not keep the others: it is put aside where it is damaged, and else tried again. */
  private async load(id: string): Promise<void> {
    const { troubles, log } = this.options
    const path = join(this.path('jobs'), id)
    try {
      const job = await inSlices(JobFolder.opening(path, this.access))
      if (this.closed) return job.dispose()
      this.unread.delete(id)
      this.jobs.set(id, job)
      this.keys.note(job)
      this.options.opened(job)
    } catch (error) {
      if (error instanceof DamagedJob && this.putAside(id, path, error)) return
      const trouble = troubleOf(error)
      if (trouble) troubles.begin(this, trouble, error)
      else log.error({ job: id, err: error }, 'a job cannot be opened and is left where it is')
      if (trouble || error instanceof DamagedJob) this.later(id)
    }
  }

  /** Whether it could be. */
  private putAside(id: string, path: string, { message }: Error): boolean {
    const { holding, log } = this.options
    const free = isGone(join(this.path('damaged'), id))
    const to = join(this.path('damaged'), free ? id : `${id}-${Date.now()}`)
    try {
      holding.guard()
      renameSync(path, to)
    } catch {
      return false
    }
    this.unread.delete(id)
    log.error({ job: id, reason: message, put_aside: to }, 'a job is damaged and was put aside; the others go on')
    return true
  }

  private later(id: string): void {
    this.unread.add(id)
    if (this.closed) return
    this.timer ??= setTimeout(() => void this.again(), AGAIN_MS)
  }

  private async again(): Promise<void> {
    this.timer = undefined
    for (const id of [...this.unread]) {
      // Somebody has removed it from the disk.
      if (isGone(join(this.path('jobs'), id)) && !isGone(this.path('jobs'))) this.unread.delete(id)
      else await this.load(id)
    }
    if (this.unread.size === 0) this.options.troubles.over(this)
  }
}

/** Whether there is nothing of that name, for sure. */
function isGone(path: string): boolean {
  try {
    lstatSync(path)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT'
  }
}
