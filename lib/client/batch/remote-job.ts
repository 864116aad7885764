import type { Job } from '@/lib/shared/contract/jobs'
import type { ResultRow } from '@/lib/shared/results/columns'
import { type Failure, isServerAway, OFFLINE } from '../api/failure'
import { serverWatch } from '../api/server-watch'
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

const isStorageIssue = (issue: Failure | null) => Object.values(STORAGE_ISSUES).includes(issue ?? undefined)

/** The batch's job on the server: creates, adopts, follows and controls it. */
export class RemoteJob {
  /** As last reported by the server; null until it's created or adopted. */
  current: Job | null = null
  /** Why uploads or the server are waiting; null if nothing holds them up. */
  issue: Failure | null = null
  ended: 'cancelled' | 'gone' | null = null
  private creation: Promise<string> | undefined
  private closing = false
  /** The latest of pause and resume: an earlier one that still waits for the server is void. */
  private pausing = 0
  /** Whether the server hasn't confirmed yet that it resumes. */
  resuming = false
  private readonly disposed = new AbortController()
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

  /**
   * Sends an action, if need be once the server is back. Returns whether it succeeded, also if there is no job yet.
   */
  async act(action: JobAction): Promise<boolean> {
    const { id } = this
    if (id === undefined) return true
    const isPausing = action === 'pause' || action === 'resume'
    const turn = isPausing ? ++this.pausing : 0
    if (isPausing) this.resuming = action === 'resume'
    try {
      return await this.sendUntilAnswered(id, action, () => isPausing && turn !== this.pausing)
    } finally {
      if (isPausing && turn === this.pausing && this.resuming) {
        this.resuming = false
        this.options.onChange(true)
      }
    }
  }

  private async sendUntilAnswered(id: string, action: JobAction, isVoid: () => boolean): Promise<boolean> {
    for (;;) {
      const failure = await this.send(id, action)
      if (!failure) return true
      if (!isServerAway(failure)) return false
      await serverWatch.wait(this.disposed.signal)
      if (this.disposed.signal.aborted || isVoid()) return false
    }
  }

  /** Returns why the action failed; null if it succeeded. */
  private async send(id: string, action: JobAction): Promise<Failure | null> {
    try {
      this.update(await postAction(id, action))
      this.setIssue(null)
      return null
    } catch (error) {
      const failure = error as Failure
      if (failure.code === 'unknown_job') this.markGone()
      else this.setIssue(failure)
      return failure
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
      onLost: () => this.setIssue(OFFLINE),
      onFound: () => {
        if (this.issue && isServerAway(this.issue) && !isStorageIssue(this.issue)) this.setIssue(null)
      },
    })
  }

  update(job: Job): void {
    this.current = job
    if (job.state === 'cancelled') this.ended = 'cancelled'
    const storageIssue = STORAGE_ISSUES[job.reason ?? '']
    if (storageIssue) this.issue = storageIssue
    else if (isStorageIssue(this.issue)) this.issue = null
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
    this.disposed.abort()
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
