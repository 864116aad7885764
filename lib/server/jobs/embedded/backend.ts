import type { Job, JobParameters, JobPhotos } from '@/lib/shared/contract/jobs'
import { Problem } from '@/lib/shared/problems/problem'
import type { ResultRow } from '@/lib/shared/results/columns'
import { withStorage } from '../../storage/storage-errors'
import { addPhotos } from '../add-photos'
import type { Draft, JobBackend, JobFeed, JobSpec, JobStats, PositionedResult, ResultRange } from '../backend'
import type { StoredCheck } from '../check/stored-check'
import { invalidCursor, jobClosed } from '../problems'
import type { Post } from '../send-callback'
import { CallbackSender } from './callbacks'
import { type CreateOptions, JobCreator } from './create-job'
import { draftFor } from './draft'
import type { FaultMonitor } from './fault-monitor'
import { FolderFeed } from './feed'
import { InFlight } from './in-flight'
import type { JobFolder } from './job-folder'
import { JobStore } from './job-store'
import { viewOf } from './job-view'
import type { LeaseHandle } from './lease-handle'
import { PhotoRunner, type RunnerOptions } from './photo-runner'
import { readInOrder, readSince } from './results'
import { RetentionSweeper } from './retention'
import { SourceLister } from './source-lister'

export interface EmbeddedOptions extends RunnerOptions, CreateOptions {
  /** The jobs folder. */
  folder: string
  retentionMs: number
  /** Called for jobs with a check that are done, at least once each time; also after a start. */
  onDone?: ((id: string) => void) | undefined
  /** Sends JSON to a URL. @throws Problem */
  post: Post
}

/**
 * Jobs in a folder, run by this process, which holds the folder's lease. Acknowledged photos and results survive the
 * process: reopened, each job continues where it was.
 */
export class EmbeddedBackend implements JobBackend {
  private readonly store: JobStore
  private readonly runner: PhotoRunner
  private readonly callbacks: CallbackSender
  private readonly lister: SourceLister
  private readonly creator: JobCreator
  private readonly sweeper: RetentionSweeper
  private readonly inFlight = new InFlight()
  private closing = false

  private constructor(
    private readonly options: EmbeddedOptions,
    lease: LeaseHandle,
    private readonly faults: FaultMonitor,
  ) {
    const { folder, log, sources, retentionMs } = options
    const onOpened = (job: JobFolder) => this.onJobOpened(job)
    const view = (job: JobFolder) => this.viewOf(job)
    this.store = new JobStore({ folder, faults, lease, onOpened, log })
    this.runner = new PhotoRunner(options, faults)
    this.lister = new SourceLister(sources, this.runner, log)
    this.creator = new JobCreator(options, this.store, view)
    this.sweeper = new RetentionSweeper(retentionMs, this.store, this.runner, lease, log)
    const onWriteError = (job: JobFolder, error: Error) => this.runner.backOff(job, error)
    this.callbacks = new CallbackSender(view, options.post, onWriteError)
  }

  /**
   * Opens all jobs of a folder whose lease this process holds.
   *
   * @throws NodeJS.ErrnoException if the folder can't be used at the moment
   */
  static async open(options: EmbeddedOptions, lease: LeaseHandle, faults: FaultMonitor): Promise<EmbeddedBackend> {
    const backend = new EmbeddedBackend(options, lease, faults)
    try {
      await backend.store.open()
    } catch (error) {
      backend.abandon()
      throw error
    }
    backend.sweeper.start()
    return backend
  }

  async create(
    parameters: JobParameters,
    fill: (draft: Draft) => Promise<void>,
    key?: string,
    chargedTo?: string,
  ): Promise<{ job: Job; created: boolean }> {
    if (this.closing) throw new Problem('shutting_down', 'The server is shutting down. Send the request again.')
    return this.inFlight.run(() => this.creator.create(parameters, fill, key, chargedTo))
  }

  get uploadFolder(): string {
    return this.store.path('drafts')
  }

  async view(id: string): Promise<Job> {
    return this.viewOf(this.store.get(id))
  }

  async list(): Promise<Job[]> {
    return [...this.store.jobs.values()].map((job) => this.viewOf(job))
  }

  async stats(): Promise<JobStats> {
    const states = { running: 0, paused: 0, done: 0, cancelled: 0 }
    const now = Date.now()
    let photos = 0
    let since = now
    for (const job of this.store.jobs.values()) {
      states[job.state]++
      if (job.state !== 'running' || job.remaining === 0) continue
      photos += job.remaining
      since = Math.min(since, job.lastActivity)
    }
    return { states, backlog: { photos, waitSeconds: (now - since) / 1000 } }
  }

  async photos(id: string, offset: number, limit: number): Promise<JobPhotos> {
    const { inputs } = this.store.get(id)
    return { files: inputs.slice(offset, offset + limit).map(({ file }) => file), total: inputs.length }
  }

  async results(id: string, { offset, only }: ResultRange): Promise<AsyncIterable<ResultRow>> {
    const job = this.store.get(id)
    // Checked before the response starts: after its headers, a fault could only break it off.
    withStorage(() => job.requireResults())
    return this.inFlight.read(readInOrder(job, offset, only))
  }

  async resultsSince(id: string, position: string): Promise<AsyncIterable<PositionedResult>> {
    const job = this.store.get(id)
    const from = /^\d{0,15}$/.test(position) ? Number(position) : Number.NaN
    if (!withStorage(() => job.isPosition(from))) throw invalidCursor()
    return this.inFlight.read(readSince(job, from))
  }

  async feed(id: string): Promise<JobFeed> {
    const job = this.store.get(id)
    return new FolderFeed(job, () => this.viewOf(job))
  }

  async spec(id: string): Promise<JobSpec> {
    return this.store.get(id).spec
  }

  async readCheck(id: string): Promise<StoredCheck | null> {
    const job = this.store.get(id)
    return withStorage(() => job.readCheck())
  }

  async writeCheck(id: string, check: StoredCheck): Promise<void> {
    const job = this.store.get(id)
    withStorage(() => job.writeCheck(check))
  }

  async add(id: string, fill: (draft: Draft) => Promise<void>, unique = false): Promise<Job> {
    const job = this.store.get(id)
    // Refuses early, before the body is read. The check that counts is made as each photo is added.
    if (!job.open) throw jobClosed()
    // Each photo runs as soon as it is added: an upload may be slow, or break. Photos added before a fault stay.
    const draft = draftFor(job, { unique, onAdded: () => this.runner.schedule(job) })
    try {
      await addPhotos(draft, fill)
    } finally {
      job.releaseFiles()
    }
    return this.view(id)
  }

  async close(id: string): Promise<Job> {
    withStorage(() => this.store.get(id).close())
    return this.view(id)
  }

  async pause(id: string, paused: boolean): Promise<Job> {
    const job = this.store.get(id)
    withStorage(() => job.pause(paused))
    this.runner.schedule(job)
    return this.view(id)
  }

  async cancel(id: string): Promise<Job> {
    const job = this.store.get(id)
    withStorage(() => job.cancel())
    this.runner.remove(job)
    return this.view(id)
  }

  async retryFailed(id: string): Promise<Job> {
    const job = this.store.get(id)
    if (job.state === 'cancelled') throw new Problem('conflict', 'This job was cancelled and its photos were deleted.')
    withStorage(() => job.retryFailed())
    this.runner.schedule(job)
    return this.view(id)
  }

  async remove(id: string): Promise<void> {
    const job = this.store.get(id)
    withStorage(() => this.store.remove(job))
    this.runner.remove(job)
  }

  async shutDown(): Promise<void> {
    this.closing = true
    this.sweeper.stop()
    this.callbacks.close()
    for (const job of this.store.jobs.values()) job.beginShutdown()
    await this.runner.close()
    // Jobs being created are finished first: the next holder of the folder deletes its drafts.
    await this.inFlight.drained()
    await this.store.close()
  }

  /** Lets go of a folder that another server has taken over, without waiting for or writing anything. */
  abandon(): void {
    this.closing = true
    this.sweeper.stop()
    this.callbacks.close()
    // The next holder reports its own faults.
    for (const owner of [this.store, ...this.store.jobs.values()]) this.faults.clear(owner)
    void this.runner.close()
    void this.store.close()
  }

  /** Runs for each job that was just created, or opened after a start. */
  private onJobOpened(job: JobFolder): void {
    job.watch(() => {
      this.callbacks.notify(job)
      this.notifyDone(job)
    })
    try {
      // A kill may have come between the last result and the end of the job.
      job.settle()
    } catch (error) {
      this.runner.backOff(job, error as Error)
    }
    this.callbacks.notify(job)
    this.notifyDone(job)
    if (job.finishedAt === null) this.runner.schedule(job)
    if (job.listing) void this.lister.run(job)
  }

  private notifyDone(job: JobFolder): void {
    if (job.state === 'done' && job.spec.check && !job.stopped) this.options.onDone?.(job.spec.id)
  }

  private viewOf(job: JobFolder): Job {
    return viewOf(job, this.options.retentionMs)
  }
}
