import { createHash } from 'node:crypto'
import type { Job, JobParameters, JobPhotos } from '@/lib/shared/contract/jobs'
import { Problem } from '@/lib/shared/problems/problem'
import type { ResultRow } from '@/lib/shared/results/columns'
import type { Engine } from '../../engine/types'
import { withRests } from '../../event-loop/slices'
import { onStore, storeProblem } from '../../storage/store-fault'
import { addAll, closedJob } from '../adding'
import type { Draft, JobFeed, JobFigures, Jobs, PlacedResult, ResultRange } from '../jobs'
import { newSpec, noPlace, unknownJob } from '../new-spec'
import { requirePhotos } from '../require-photos'
import { requireSource } from '../source'
import type { Post } from '../tell-end'
import { Callbacks } from './callbacks'
import { into } from './drafts'
import { FolderFeed } from './feed'
import type { Holding } from './holding'
import type { JobFolder } from './job'
import { Lister } from './lister'
import { Runner, type RunnerOptions } from './runner'
import { Shelf } from './shelf'
import type { Troubles } from './troubles'
import { UnderWay } from './under-way'

export interface JobsOptions extends RunnerOptions {
  engine: Engine
  /** Where everything is kept. */
  folder: string
  retentionMs: number
  /** Sends JSON to an address. @throws Problem */
  post: Post
  /** @throws Problem `url_refused` where nothing may be sent there */
  requireAddress(url: string): void
}

const SWEEP_MS = 60_000
/** A clock that is further from that of the disk is wrong. */
const MOST_AHEAD_MS = 60_000

/**
 * Jobs in a folder, run by this process, which holds the folder. What was taken in survives the process: opened again, each goes on where it was.
 */
export class EmbeddedJobs implements Jobs {
  private readonly shelf: Shelf
  private readonly runner: Runner
  private readonly callbacks: Callbacks
  private readonly lister: Lister
  private readonly creating = new Map<string, Promise<unknown>>()
  private readonly underWay = new UnderWay()
  private sweeper: NodeJS.Timeout | undefined
  private closing = false
  private saidClock = false

  private constructor(
    private readonly options: JobsOptions,
    private readonly holding: Holding,
    private readonly troubles: Troubles,
  ) {
    const { folder, log, sources } = options
    const opened = (job: JobFolder) => this.begin(job)
    this.shelf = new Shelf({ folder, troubles, holding, opened, log })
    this.runner = new Runner(options, troubles)
    this.lister = new Lister(sources, this.runner, log)
    const unwritten = (job: JobFolder, error: Error) => this.runner.failed(job, error)
    this.callbacks = new Callbacks((job) => this.viewOf(job), options.post, unwritten)
  }

  /**
   * Opens all jobs of a folder that is held by this process.
   *
   * @throws NodeJS.ErrnoException where it cannot be used now
   */
  static async open(options: JobsOptions, holding: Holding, troubles: Troubles): Promise<EmbeddedJobs> {
    const jobs = new EmbeddedJobs(options, holding, troubles)
    try {
      await jobs.shelf.open()
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
    return this.underWay.run(() => this.createOnce(parameters, fill, key))
  }

  private async createOnce(parameters: JobParameters, fill: (draft: Draft) => Promise<void>, key?: string) {
    if (key === undefined) return this.make(parameters, fill, null)
    const name = createHash('sha256').update(key).digest('hex')
    // Two at once with one key: the second waits and finds the first one's job.
    const before = this.creating.get(name) ?? Promise.resolve()
    const mine = before.catch(() => {}).then(() => this.make(parameters, fill, name))
    this.creating.set(name, mine)
    try {
      return await mine
    } finally {
      if (this.creating.get(name) === mine) this.creating.delete(name)
    }
  }

  get spool(): string {
    return this.shelf.path('drafts')
  }

  async view(id: string): Promise<Job> {
    return this.viewOf(this.shelf.get(id))
  }

  async list(): Promise<Job[]> {
    return [...this.shelf.jobs.values()].map((job) => this.viewOf(job))
  }

  async figures(): Promise<JobFigures> {
    const states = { running: 0, paused: 0, done: 0, cancelled: 0 }
    const now = Date.now()
    let photos = 0
    let since = now
    for (const job of this.shelf.jobs.values()) {
      states[job.state]++
      if (job.state !== 'running' || job.left === 0) continue
      photos += job.left
      since = Math.min(since, job.touchedAt)
    }
    return { states, backlog: { photos, waitSeconds: (now - since) / 1000 } }
  }

  async photos(id: string, offset: number, most: number): Promise<JobPhotos> {
    const { inputs } = this.shelf.get(id)
    return { files: inputs.slice(offset, offset + most).map(({ file }) => file), total: inputs.length }
  }

  async results(id: string, { offset, only }: ResultRange): Promise<AsyncIterable<ResultRow>> {
    const job = this.shelf.get(id)
    // Before the reply begins: behind its head a fault can only cut it off.
    onStore(() => job.requireResults())
    return this.underWay.read(rowsOf(job, offset, only))
  }

  async resultsSince(id: string, place: string): Promise<AsyncIterable<PlacedResult>> {
    const job = this.shelf.get(id)
    const from = /^\d{0,15}$/.test(place) ? Number(place) : Number.NaN
    if (!onStore(() => job.isPlace(from))) throw noPlace()
    return this.underWay.read(linesOf(job, from))
  }

  async feed(id: string): Promise<JobFeed> {
    const job = this.shelf.get(id)
    return new FolderFeed(job, () => this.viewOf(job))
  }

  async add(id: string, fill: (draft: Draft) => Promise<void>, unique = false): Promise<Job> {
    const job = this.shelf.get(id)
    // Before anything of it is read; what counts is whether it is open when each photo is entered.
    if (!job.open) throw closedJob()
    // Each is taken up when it is there: an upload may be slow, or break. What was added before a fault counts.
    const draft = into(job, { unique, entered: () => this.runner.run(job) })
    try {
      await addAll(draft, fill)
    } finally {
      job.rest()
    }
    return this.view(id)
  }

  async close(id: string): Promise<Job> {
    onStore(() => this.shelf.get(id).close())
    return this.view(id)
  }

  async pause(id: string, paused: boolean): Promise<Job> {
    const job = this.shelf.get(id)
    onStore(() => job.pause(paused))
    this.runner.run(job)
    return this.view(id)
  }

  async cancel(id: string): Promise<Job> {
    const job = this.shelf.get(id)
    onStore(() => job.cancel())
    this.runner.forget(job)
    return this.view(id)
  }

  async retryFailed(id: string): Promise<Job> {
    const job = this.shelf.get(id)
    if (job.state === 'cancelled') throw new Problem('conflict', 'The job was cancelled; its photos are gone.')
    onStore(() => job.retryFailed())
    this.runner.run(job)
    return this.view(id)
  }

  async remove(id: string): Promise<void> {
    const job = this.shelf.get(id)
    onStore(() => this.shelf.remove(job))
    this.runner.forget(job)
  }

  async shutDown(): Promise<void> {
    this.closing = true
    clearInterval(this.sweeper)
    this.callbacks.close()
    for (const job of this.shelf.jobs.values()) job.leave()
    await this.runner.close()
    // A job that is being made is there in the end: whoever takes the folder next takes away what is in its drafts.
    await this.underWay.none()
    await this.shelf.close()
  }

  /** Lets go of a folder that is another's by now: nothing is waited for, and nothing written. */
  abandon(): void {
    this.closing = true
    clearInterval(this.sweeper)
    this.callbacks.close()
    // What they have met is the next one's to meet.
    for (const each of [this.shelf, ...this.shelf.jobs.values()]) this.troubles.over(each)
    void this.runner.close()
    void this.shelf.close()
  }

  /**
   * Makes a job, all or nothing: everything of it is written into a draft, whose rename makes it. What was killed or failed before leaves no job, and behind it
   * nothing more is to be done.
   */
  private async make(parameters: JobParameters, fill: (draft: Draft) => Promise<void>, key: string | null) {
    const { callback_url, source } = parameters
    if (callback_url !== undefined) this.options.requireAddress(callback_url)
    if (source !== undefined) requireSource(source, this.options.sources)
    const spec = newSpec(this.options.engine, parameters)
    const digest = createHash('sha256').update(JSON.stringify(parameters))
    const draft = onStore(() => this.shelf.draft(spec))
    try {
      await fill(into(draft, { digest }))
      requirePhotos(draft.inputs.length, parameters)
      const body = digest.digest('hex')
      const earlier = key === null ? null : this.shelf.keys.earlier(key, body)
      if (earlier !== null) {
        this.shelf.drop(draft)
        return { job: await this.view(earlier), made: false }
      }
      if (!parameters.open && source === undefined) draft.close()
      this.shelf.put(draft, key === null ? null : { key, body })
    } catch (error) {
      this.shelf.drop(draft)
      throw storeProblem(error)
    }
    const secret = spec.callback ? { callback_secret: spec.callback.secret } : {}
    return { job: { ...this.viewOf(draft), ...secret }, made: true }
  }

  /** A job is there: it has just been made, or opened after a start. */
  private begin(job: JobFolder): void {
    job.watch(() => this.callbacks.tell(job))
    try {
      // A kill may have come between the last result and the end.
      job.settle()
    } catch (error) {
      this.runner.failed(job, error as Error)
    }
    this.callbacks.tell(job)
    if (job.finishedAt === null) this.runner.run(job)
    if (job.listing) void this.lister.run(job)
  }

  private viewOf(job: JobFolder): Job {
    return job.view(this.options.retentionMs)
  }

  /** Deletes what ended long ago, and what was begun and left. */
  private sweep(): void {
    this.shelf.trash.tidy()
    if (this.clockIsWrong()) return
    const before = Date.now() - this.options.retentionMs
    for (const job of this.shelf.jobs.values()) {
      if ((job.finishedAt ?? (job.open ? job.touchedAt : Number.POSITIVE_INFINITY)) >= before) continue
      const { id } = job.spec
      try {
        this.shelf.remove(job)
        this.runner.forget(job)
        this.options.log.info({ job: id }, 'a job was deleted: its time is over')
      } catch (err) {
        this.options.log.warn({ job: id, err }, 'a job whose time is over cannot be deleted; it is tried again')
      }
    }
  }

  /** A clock that is days ahead would delete everybody's results. */
  private clockIsWrong(): boolean {
    const ahead = this.holding.ahead()
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
  for await (const { row, index } of whileThere(job, job.rows(offset, only))) yield { ...row, index }
}

async function* linesOf(job: JobFolder, place: number): AsyncGenerator<PlacedResult> {
  for await (const { value, next } of whileThere(job, job.latestSince(place))) {
    yield { value, next: String(next) }
  }
}

/** What is gone is never empty: whoever reads on is told, rather than that this was all. */
async function* whileThere<T>(job: JobFolder, lines: Iterable<T>): AsyncGenerator<T> {
  try {
    yield* withRests(lines)
  } catch (error) {
    if (job.removed) throw unknownJob()
    if (job.stopped) throw new Problem('shutting_down', 'This server is stopping. Ask again.')
    throw error
  }
}
