import { createHash } from 'node:crypto'
import type { Job, JobParameters, JobPhotos } from '@/lib/shared/contract/jobs'
import { Problem } from '@/lib/shared/problems/problem'
import type { ResultRow } from '@/lib/shared/results/columns'
import type { Engine } from '../../engine/types'
import { yieldingBetween } from '../../event-loop/slices'
import { storageProblem, withStorage } from '../../storage/storage-errors'
import { addPhotos, jobClosed } from '../add-photos'
import type { Draft, JobBackend, JobFeed, JobStats, PositionedResult, ResultRange } from '../backend'
import { invalidCursor, newSpec, unknownJob } from '../job-spec'
import { requirePhotos } from '../require-photos'
import type { Post } from '../send-callback'
import { requireSource } from '../source'
import { CallbackSender } from './callbacks'
import { draftFor } from './draft'
import type { FaultMonitor } from './fault-monitor'
import { FolderFeed } from './feed'
import { InFlight } from './in-flight'
import type { JobFolder } from './job-folder'
import { JobStore } from './job-store'
import type { LeaseHandle } from './lease-handle'
import { PhotoRunner, type RunnerOptions } from './photo-runner'
import { SourceLister } from './source-lister'

export interface EmbeddedOptions extends RunnerOptions {
  engine: Engine
  /** Where everything is kept. */
  folder: string
  retentionMs: number
  /** Sends JSON to an address. @throws Problem */
  post: Post
  /** @throws Problem `url_refused` where nothing may be sent there */
  requireAllowedUrl(url: string): void
}

const SWEEP_MS = 60_000
/** A clock that is further from that of the disk is wrong. */
const MOST_AHEAD_MS = 60_000

/**
 * Jobs in a folder, run by this process, which holds the folder. What was taken in survives the process: opened again, each goes on where it was.
 */
export class EmbeddedBackend implements JobBackend {
  private readonly store: JobStore
  private readonly runner: PhotoRunner
  private readonly callbacks: CallbackSender
  private readonly lister: SourceLister
  private readonly creatingByKey = new Map<string, Promise<unknown>>()
  private readonly inFlight = new InFlight()
  private sweeper: NodeJS.Timeout | undefined
  private closing = false
  private saidClock = false

  private constructor(
    private readonly options: EmbeddedOptions,
    private readonly lease: LeaseHandle,
    private readonly faults: FaultMonitor,
  ) {
    const { folder, log, sources } = options
    const onOpened = (job: JobFolder) => this.onJobOpened(job)
    this.store = new JobStore({ folder, faults, lease, onOpened: onOpened, log })
    this.runner = new PhotoRunner(options, faults)
    this.lister = new SourceLister(sources, this.runner, log)
    const onWriteError = (job: JobFolder, error: Error) => this.runner.backOff(job, error)
    this.callbacks = new CallbackSender((job) => this.viewOf(job), options.post, onWriteError)
  }

  /**
   * Opens all jobs of a folder that is held by this process.
   *
   * @throws NodeJS.ErrnoException where it cannot be used now
   */
  static async open(options: EmbeddedOptions, lease: LeaseHandle, faults: FaultMonitor): Promise<EmbeddedBackend> {
    const jobs = new EmbeddedBackend(options, lease, faults)
    try {
      await jobs.store.open()
    } catch (error) {
      jobs.abandon()
      throw error
    }
    jobs.sweep()
    jobs.sweeper = setInterval(() => jobs.sweep(), SWEEP_MS).unref()
    return jobs
  }

  async create(
    parameters: JobParameters,
    fill: (draft: Draft) => Promise<void>,
    key?: string,
  ): Promise<{ job: Job; made: boolean }> {
    if (this.closing) throw new Problem('shutting_down', 'This server is stopping. Send the request again.')
    return this.inFlight.run(() => this.createOnce(parameters, fill, key))
  }

  private async createOnce(parameters: JobParameters, fill: (draft: Draft) => Promise<void>, key?: string) {
    if (key === undefined) return this.make(parameters, fill, null)
    const name = createHash('sha256').update(key).digest('hex')
    // Two at once with one key: the second waits and finds the first one's job.
    const before = this.creatingByKey.get(name) ?? Promise.resolve()
    const mine = before.catch(() => {}).then(() => this.make(parameters, fill, name))
    this.creatingByKey.set(name, mine)
    try {
      return await mine
    } finally {
      if (this.creatingByKey.get(name) === mine) this.creatingByKey.delete(name)
    }
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

  async photos(id: string, offset: number, most: number): Promise<JobPhotos> {
    const { inputs } = this.store.get(id)
    return { files: inputs.slice(offset, offset + most).map(({ file }) => file), total: inputs.length }
  }

  async results(id: string, { offset, only }: ResultRange): Promise<AsyncIterable<ResultRow>> {
    const job = this.store.get(id)
    // Before the reply begins: behind its head a fault can only cut it off.
    withStorage(() => job.requireResults())
    return this.inFlight.read(rowsOf(job, offset, only))
  }

  async resultsSince(id: string, position: string): Promise<AsyncIterable<PositionedResult>> {
    const job = this.store.get(id)
    const from = /^\d{0,15}$/.test(position) ? Number(position) : Number.NaN
    if (!withStorage(() => job.isPosition(from))) throw invalidCursor()
    return this.inFlight.read(linesOf(job, from))
  }

  async feed(id: string): Promise<JobFeed> {
    const job = this.store.get(id)
    return new FolderFeed(job, () => this.viewOf(job))
  }

  async add(id: string, fill: (draft: Draft) => Promise<void>, unique = false): Promise<Job> {
    const job = this.store.get(id)
    // Before anything of it is read; what counts is whether it is open when each photo is entered.
    if (!job.open) throw jobClosed()
    // Each is taken up when it is there: an upload may be slow, or break. What was added before a fault counts.
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
    if (job.state === 'cancelled') throw new Problem('conflict', 'The job was cancelled; its photos are gone.')
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
    clearInterval(this.sweeper)
    this.callbacks.close()
    for (const job of this.store.jobs.values()) job.beginShutdown()
    await this.runner.close()
    // A job that is being made is there in the end: whoever takes the folder next takes away what is in its drafts.
    await this.inFlight.drained()
    await this.store.close()
  }

  /** Lets go of a folder that is another's by now: nothing is waited for, and nothing written. */
  abandon(): void {
    this.closing = true
    clearInterval(this.sweeper)
    this.callbacks.close()
    // What they have met is the next one's to meet.
    for (const each of [this.store, ...this.store.jobs.values()]) this.faults.clear(each)
    void this.runner.close()
    void this.store.close()
  }

  /**
   * Makes a job, all or nothing: everything of it is written into a draft, whose rename makes it. What was killed or failed before leaves no job, and behind it
   * nothing more is to be done.
   */
  private async make(parameters: JobParameters, fill: (draft: Draft) => Promise<void>, key: string | null) {
    const { callback_url, source } = parameters
    if (callback_url !== undefined) this.options.requireAllowedUrl(callback_url)
    if (source !== undefined) requireSource(source, this.options.sources)
    const spec = newSpec(this.options.engine, parameters)
    const digest = createHash('sha256').update(JSON.stringify(parameters))
    const draft = withStorage(() => this.store.createDraft(spec))
    try {
      await fill(draftFor(draft, { digest }))
      requirePhotos(draft.inputs.length, parameters)
      const body = digest.digest('hex')
      const earlier = key === null ? null : this.store.keys.existingJob(key, body)
      if (earlier !== null) {
        this.store.dropDraft(draft)
        return { job: await this.view(earlier), made: false }
      }
      if (!parameters.open && source === undefined) draft.close()
      this.store.commit(draft, key === null ? null : { key, body })
    } catch (error) {
      this.store.dropDraft(draft)
      throw storageProblem(error)
    }
    const secret = spec.callback ? { callback_secret: spec.callback.secret } : {}
    return { job: { ...this.viewOf(draft), ...secret }, made: true }
  }

  /** A job is there: it has just been made, or opened after a start. */
  private onJobOpened(job: JobFolder): void {
    job.watch(() => this.callbacks.notify(job))
    try {
      // A kill may have come between the last result and the end.
      job.settle()
    } catch (error) {
      this.runner.backOff(job, error as Error)
    }
    this.callbacks.notify(job)
    if (job.finishedAt === null) this.runner.schedule(job)
    if (job.listing) void this.lister.run(job)
  }

  private viewOf(job: JobFolder): Job {
    return job.view(this.options.retentionMs)
  }

  /** Deletes what ended long ago, and what was begun and left. */
  private sweep(): void {
    this.store.trash.retryDiscards()
    if (this.clockIsWrong()) return
    const before = Date.now() - this.options.retentionMs
    for (const job of this.store.jobs.values()) {
      if ((job.finishedAt ?? (job.open ? job.lastActivity : Number.POSITIVE_INFINITY)) >= before) continue
      const { id } = job.spec
      try {
        this.store.remove(job)
        this.runner.remove(job)
        this.options.log.info({ job: id }, 'a job was deleted: its time is over')
      } catch (err) {
        this.options.log.warn({ job: id, err }, 'a job whose time is over cannot be deleted; it is tried again')
      }
    }
  }

  /** A clock that is days ahead would delete everybody's results. */
  private clockIsWrong(): boolean {
    const ahead = this.lease.clockSkew()
    const wrong = Math.abs(ahead) > MOST_AHEAD_MS
    if (wrong && !this.saidClock) {
      const message = 'the clock of this machine is not that of the disk: no job is deleted by its age until it is'
      this.options.log.warn({ ahead_s: Math.round(ahead / 1000) }, message)
    }
    this.saidClock = wrong
    return wrong
  }
}

async function* rowsOf(job: JobFolder, offset?: number, only?: ResultRow['status']): AsyncGenerator<ResultRow> {
  for await (const { row, index } of whileThere(job, job.resultsInOrder(offset, only))) yield { ...row, index }
}

async function* linesOf(job: JobFolder, offset: number): AsyncGenerator<PositionedResult> {
  for await (const { value, next } of whileThere(job, job.latestResultsSince(offset))) {
    yield { value, next: String(next) }
  }
}

/** What is gone is never empty: whoever reads on is told, rather than that this was all. */
async function* whileThere<T>(job: JobFolder, lines: Iterable<T>): AsyncGenerator<T> {
  try {
    yield* yieldingBetween(lines)
  } catch (error) {
    if (job.removed) throw unknownJob()
    if (job.stopped) throw new Problem('shutting_down', 'This server is stopping. Ask again.')
    throw error
  }
}
