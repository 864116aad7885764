import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Job, JobParameters, JobPhotos } from '@/lib/shared/contract/jobs'
import { Problem } from '@/lib/shared/problems/problem'
import type { ResultRow } from '@/lib/shared/results/columns'
import { type StoreFault, troubleOf } from '../../storage/store-fault'
import type { Draft, JobFeed, JobFigures, Jobs, JobsHealth, PlacedResult, ResultRange } from '../jobs'
import { EmbeddedJobs, type JobsOptions } from './jobs'
import { BEAT_MS, Lease, LOST_CODE, type Taken } from './lease'
import { Troubles } from './troubles'

/** How often who waits looks whether the folder is free. */
const LOOK_MS = 500
/** A folder that could not be opened is tried again after this long. */
const AGAIN_MS = 3000
const RETRY_AFTER_SECONDS = 2
/** What no waiting mends: the folder was never meant to be written to. */
const NEVER = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST'])

/**
 * Jobs in a folder that several servers may reach, one at a time: this one runs them while it holds the folder's lease. Else it waits for it, and says so; and what is asked of jobs
 * meanwhile is refused as `not_ready`.
 */
export class LeasedJobs implements Jobs {
  private readonly lease: Lease
  private readonly troubles: Troubles
  private jobs: EmbeddedJobs | null = null
  private timers: NodeJS.Timeout[] = []
  /** The opening that goes on. */
  private turn: Promise<void> | null = null
  /** When the next may be tried, by the monotonic clock (milliseconds). */
  private notBefore = 0
  private waiting = false
  private closed = false

  private constructor(private readonly options: JobsOptions) {
    this.troubles = new Troubles(options.folder, options.log)
    this.lease = new Lease(join(/* turbopackIgnore: true */ options.folder, 'lease'), () => this.lost())
  }

  /** Takes the folder where it is free; the jobs of it are there then. @throws NodeJS.ErrnoException where this process may not write there at all */
  static async open(options: JobsOptions): Promise<LeasedJobs> {
    mkdirSync(options.folder, { recursive: true })
    const jobs = new LeasedJobs(options)
    jobs.timers = [
      setInterval(() => jobs.hear(), BEAT_MS).unref(),
      setInterval(() => void jobs.look(), LOOK_MS).unref(),
    ]
    try {
      await jobs.takeTurn()
    } catch (error) {
      if (NEVER.has((error as NodeJS.ErrnoException).code ?? '')) {
        await jobs.shutDown()
        throw error
      }
      jobs.failed(error as Error)
    }
    return jobs
  }

  get spool(): string {
    return join(/* turbopackIgnore: true */ this.options.folder, 'drafts')
  }

  health(): JobsHealth {
    const reason = this.troubles.now ?? (this.jobs ? null : 'lease')
    return { state: reason === null ? 'ok' : 'waiting', reason }
  }

  async create(parameters: JobParameters, fill: (draft: Draft) => Promise<void>, key?: string) {
    return this.mine.create(parameters, fill, key)
  }

  async view(id: string): Promise<Job> {
    return this.mine.view(id)
  }

  async list(): Promise<Job[]> {
    return this.mine.list()
  }

  async figures(): Promise<JobFigures> {
    return this.mine.figures()
  }

  async add(id: string, fill: (draft: Draft) => Promise<void>, unique?: boolean): Promise<Job> {
    return this.mine.add(id, fill, unique)
  }

  async close(id: string): Promise<Job> {
    return this.mine.close(id)
  }

  async pause(id: string, paused: boolean): Promise<Job> {
    return this.mine.pause(id, paused)
  }

  async cancel(id: string): Promise<Job> {
    return this.mine.cancel(id)
  }

  async retryFailed(id: string): Promise<Job> {
    return this.mine.retryFailed(id)
  }

  async remove(id: string): Promise<void> {
    return this.mine.remove(id)
  }

  async photos(id: string, offset: number, most: number): Promise<JobPhotos> {
    return this.mine.photos(id, offset, most)
  }

  async results(id: string, range: ResultRange): Promise<AsyncIterable<ResultRow>> {
    return this.mine.results(id, range)
  }

  async resultsSince(id: string, place: string): Promise<AsyncIterable<PlacedResult>> {
    return this.mine.resultsSince(id, place)
  }

  async feed(id: string): Promise<JobFeed> {
    return this.mine.feed(id)
  }

  async shutDown(): Promise<void> {
    this.closed = true
    await this.turn?.catch(() => {})
    // It is heard of until all is ended, however long the last upload takes.
    await this.jobs?.shutDown()
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
  private get mine(): EmbeddedJobs {
    if (this.jobs) return this.jobs
    const detail = 'The jobs are with another server at this moment, or are being opened. Try again in a few seconds.'
    throw new Problem('not_ready', detail, { retryAfterSeconds: RETRY_AFTER_SECONDS })
  }

  /** Says that the folder is held, and shows whether it can be used, whether jobs run or not. */
  private hear(): void {
    if (!this.lease.isHeld) return
    try {
      this.lease.beat()
      this.troubles.over(this)
    } catch (error) {
      this.failed(error as Error)
    }
  }

  private async look(): Promise<void> {
    if (this.closed || this.turn || this.lease.isHeld || performance.now() < this.notBefore) return
    try {
      await this.takeTurn()
      this.troubles.over(this)
    } catch (error) {
      this.failed(error as Error)
    }
  }

  private failed(error: Error): void {
    const trouble = troubleOf(error)
    if (!trouble) this.options.log.error({ err: error }, 'the folder of the jobs cannot be opened')
    else if ((error as StoreFault).code !== LOST_CODE) this.troubles.begin(this, trouble, error)
  }

  private async takeTurn(): Promise<void> {
    this.turn = this.take()
    try {
      await this.turn
    } finally {
      this.turn = null
    }
  }

  /** Takes the folder and opens its jobs, if it is free. @throws NodeJS.ErrnoException */
  private async take(): Promise<void> {
    const { folder: DATA_DIR, log } = this.options
    const taken = this.lease.take()
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

  private async open(taken: Taken): Promise<void> {
    try {
      const { lease, options, troubles } = this
      const holding = {
        name: lease.name,
        guard: lease.guard,
        verify: () => lease.beat(),
        takenOver: taken === 'expired',
        ahead: () => lease.ahead,
      }
      const jobs = await EmbeddedJobs.open(options, holding, troubles)
      // Lost again meanwhile.
      if (!this.lease.isHeld) return jobs.abandon()
      this.jobs = jobs
      // Of versions that knew nothing of other containers.
      rmSync(join(this.options.folder, 'lock'), { force: true })
    } catch (error) {
      this.notBefore = performance.now() + AGAIN_MS
      this.lease.release()
      throw error
    }
  }

  private lost(): void {
    const { jobs, options } = this
    this.jobs = null
    this.waiting = true
    const message =
      'another server has taken the folder of the jobs: this one was not heard of for a while. It waits now'
    options.log.warn({ DATA_DIR: options.folder }, message)
    // Behind whatever has just found it out; nothing can be written any more.
    queueMicrotask(() => jobs?.abandon())
  }
}
