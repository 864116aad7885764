import type { Job } from '@/lib/shared/contract/jobs'
import type { ResultRow } from '@/lib/shared/results/columns'
import type { Failure } from '../api/failure'
import { type BatchSettings, createJob, fetchJob, type JobAction, postAction } from './api'
import { followJob } from './job-events'
import type { BatchPhase } from './snapshot'

export interface RemoteJobOptions {
  settings: BatchSettings
  /** Whether the visitor has paused the batch on this page. */
  isPaused(): boolean
  /** The job was created. It's followed once this resolves. */
  onCreated(): Promise<void>
  onResult(row: ResultRow): void
  /** The job or the issue changed. */
  onChange(immediately: boolean): void
  /** The job no longer exists. */
  onGone(): void
  /** Aborted when the batch has ended. */
  signal: AbortSignal
}

/** Reasons for which the server pauses a job until its storage recovers. */
const STORAGE_ISSUES: Partial<Record<string, Failure>> = {
  storage_full: { code: 'storage_full', retryable: true, retryAfterMs: null },
  storage_unavailable: { code: 'not_ready', retryable: true, retryAfterMs: null },
}

/** The batch's job on the server: creates, adopts, follows and controls it. */
export class RemoteJob {
  /** As last reported by the server; null until it's created or adopted. */
  current: Job | null = null
  /** Why uploads or the server are waiting; null if nothing holds them up. */
  issue: Failure | null = null
  ended: 'cancelled' | 'gone' | null = null
  private creation: Promise<string> | undefined
  private closing = false
  private unfollow: (() => void) | undefined

  constructor(private readonly options: RemoteJobOptions) {}

  get id(): string | undefined {
    return this.current?.id
  }

  get acceptsPhotos(): boolean {
    return this.ended === null && !this.closing && (this.current === null || this.current.open)
  }

  /** The id of the job, which is created on first use. Rejects with a `Failure`. */
  ensure(): Promise<string> {
    this.creation ??= this.create()
    return this.creation
  }

  /** Uses a job that already exists. */
  adopt(job: Job): void {
    this.creation = Promise.resolve(job.id)
    this.update(job)
  }

  /** Sends an action. Returns whether it succeeded, also if there is no job yet. */
  async act(action: JobAction): Promise<boolean> {
    const { id } = this
    if (id === undefined) return true
    try {
      this.update(await postAction(id, action))
      this.setIssue(null)
      return true
    } catch (error) {
      if ((error as Failure).code === 'unknown_job') this.markGone()
      else this.setIssue(error as Failure)
      return false
    } finally {
      this.options.onChange(true)
    }
  }

  /** Closes the job once every photo is done; until then, photos can still be added. */
  closeIfDone(phase: BatchPhase): void {
    if (!this.current?.open || this.closing || this.ended || phase !== 'done') return
    this.closing = true
    void this.act('close').then((closed) => {
      if (!closed) this.closing = false
    })
  }

  /** Follows the job again after a retry. */
  resumeAfterRetry(): void {
    this.closing = !this.current?.open
    this.follow()
  }

  /** Fetches the job's state. A failure leaves it as it is. */
  async refresh(): Promise<void> {
    const { id } = this
    if (id === undefined) return
    await fetchJob(id).then(
      (job) => this.update(job),
      () => {},
    )
  }

  follow(): void {
    const { id } = this
    this.unfollow?.()
    if (id === undefined) return
    this.unfollow = followJob(id, {
      onResult: (row) => this.options.onResult(row),
      onJob: (job) => {
        this.update(job)
        this.options.onChange(false)
      },
      onGone: () => this.markGone(),
    })
  }

  update(job: Job): void {
    this.current = job
    if (job.state === 'cancelled') this.ended = 'cancelled'
    const storageIssue = STORAGE_ISSUES[job.reason ?? '']
    if (storageIssue) this.issue = storageIssue
    else if (Object.values(STORAGE_ISSUES).includes(this.issue ?? undefined)) this.issue = null
  }

  setIssue(failure: Failure | null): void {
    if (this.issue === failure || this.options.signal.aborted) return
    this.issue = failure
    this.options.onChange(true)
  }

  markGone(): void {
    this.ended = 'gone'
    this.options.onGone()
  }

  /** Stops following. The job continues on the server. */
  dispose(): void {
    this.unfollow?.()
  }

  private async create(): Promise<string> {
    try {
      const job = await createJob(this.options.settings)
      this.update(job)
      await this.options.onCreated()
      this.follow()
      this.options.onChange(true)
      if (this.options.isPaused()) void this.act('pause')
      return job.id
    } catch (error) {
      this.creation = undefined
      throw error
    }
  }
}
