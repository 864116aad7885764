import { createHash, type Hash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Job, JobParameters, JobPhotos } from '@/lib/shared/jobs'
import { Problem } from '@/lib/shared/problem'
import type { ResultRow } from '@/lib/shared/results'
import type { Engine } from '../../engine/types'
import { addAll, closedJob } from '../adding'
import type { Draft, JobFeed, Jobs, ResultRange } from '../jobs'
import { newSpec, unknownJob } from '../new-spec'
import { requirePhotos } from '../require-photos'
import { requireSource } from '../source'
import type { Post } from '../tell-end'
import { Callbacks } from './callbacks'
import { FolderFeed } from './feed'
import { isJob, JobFolder } from './job'
import { Lister } from './lister'
import { lockFolder } from './lock'
import { Runner, type RunnerOptions } from './runner'

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

/**
 * Jobs in a folder, run by this process. What was taken in survives the process: opened again, each goes on where it was.
 */
export class EmbeddedJobs implements Jobs {
  private readonly jobs = new Map<string, JobFolder>()
  private readonly runner: Runner
  private readonly callbacks: Callbacks
  private readonly lister: Lister
  private readonly sweeper: NodeJS.Timeout
  private readonly unlock: () => void
  private readonly creating = new Map<string, Promise<unknown>>()

  /** @throws Error where another process has the folder, or it cannot be written to */
  constructor(private readonly options: JobsOptions) {
    mkdirSync(options.folder, { recursive: true })
    this.unlock = lockFolder(options.folder)
    for (const name of ['jobs', 'keys', 'drafts'])
      mkdirSync(join(/* turbopackIgnore: true */ options.folder, name), { recursive: true })
    rmSync(this.path('drafts'), { recursive: true })
    mkdirSync(this.path('drafts'))
    this.runner = new Runner(options)
    this.lister = new Lister(options.sources, this.runner, options.log)
    this.callbacks = new Callbacks((job) => job.view(options.retentionMs), options.post, options.log)
    for (const id of readdirSync(this.path('jobs'))) {
      try {
        this.load(id)
      } catch (err) {
        // One folder that cannot be read must not keep the others.
        options.log.error({ job: id, err }, 'a job cannot be opened and is left where it is')
      }
    }
    this.sweep()
    this.sweeper = setInterval(() => this.sweep(), SWEEP_MS).unref()
  }

  async create(
    parameters: JobParameters,
    fill: (draft: Draft) => Promise<void>,
    key?: string,
  ): Promise<{ job: Job; made: boolean }> {
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
    return this.path('drafts')
  }

  async view(id: string): Promise<Job> {
    return this.viewOf(this.get(id))
  }

  async list(): Promise<Job[]> {
    return [...this.jobs.values()].map((job) => this.viewOf(job))
  }

  async photos(id: string, offset: number, most: number): Promise<JobPhotos> {
    const { inputs } = this.get(id)
    return { files: inputs.slice(offset, offset + most).map(({ file }) => file), total: inputs.length }
  }

  async results(id: string, { offset, only }: ResultRange): Promise<AsyncIterable<ResultRow>> {
    return rowsOf(this.get(id), offset, only)
  }

  async feed(id: string): Promise<JobFeed> {
    const job = this.get(id)
    return new FolderFeed(job, () => this.viewOf(job))
  }

  async add(id: string, fill: (draft: Draft) => Promise<void>, unique = false): Promise<Job> {
    const job = this.get(id)
    // Before anything of it is read; what counts is whether it is open when each photo is entered.
    if (!job.open) throw closedJob()
    // Each is taken up when it is there: an upload may be slow, or break. What was added before a fault counts.
    const draft = into(job, { entered: () => this.runner.run(job) })
    await addAll(unique ? onlyNew(job, draft) : draft, fill)
    return this.view(id)
  }

  async close(id: string): Promise<Job> {
    onDisk(() => this.get(id).close())
    return this.view(id)
  }

  async pause(id: string, paused: boolean): Promise<Job> {
    const job = this.get(id)
    onDisk(() => job.pause(paused))
    this.runner.run(job)
    return this.view(id)
  }

  async cancel(id: string): Promise<Job> {
    const job = this.get(id)
    onDisk(() => job.cancel())
    this.runner.forget(job)
    return this.view(id)
  }

  async retryFailed(id: string): Promise<Job> {
    const job = this.get(id)
    if (job.state === 'cancelled') throw new Problem('conflict', 'The job was cancelled; its photos are gone.')
    onDisk(() => job.retryFailed())
    this.runner.run(job)
    return this.view(id)
  }

  async remove(id: string): Promise<void> {
    const job = this.get(id)
    this.jobs.delete(id)
    this.runner.forget(job)
    job.dispose({ deleted: true })
    rmSync(job.path, { recursive: true, force: true })
  }

  async shutDown(): Promise<void> {
    clearInterval(this.sweeper)
    this.callbacks.close()
    await this.runner.close()
    for (const job of this.jobs.values()) job.dispose()
    this.jobs.clear()
    this.unlock()
  }

  private async make(parameters: JobParameters, fill: (draft: Draft) => Promise<void>, key: string | null) {
    const { callback_url, source } = parameters
    if (callback_url !== undefined) this.options.requireAddress(callback_url)
    if (source !== undefined) requireSource(source, this.options.sources)
    const spec = newSpec(this.options.engine, parameters)
    const path = join(this.path('drafts'), spec.id)
    const digest = createHash('sha256').update(JSON.stringify(parameters))
    const draft = onDisk(() => new JobFolder(path, spec))
    try {
      await fill(into(draft, { digest }))
      requirePhotos(draft.inputs.length, parameters)
      const body = digest.digest('hex')
      const earlier = key === null ? null : this.earlier(key, body)
      draft.dispose()
      if (earlier) {
        rmSync(path, { recursive: true })
        return { job: await this.view(earlier), made: false }
      }
      renameSync(path, join(this.path('jobs'), spec.id))
      if (key !== null) writeFileSync(join(this.path('keys'), key), JSON.stringify({ id: spec.id, body }))
    } catch (error) {
      rmSync(path, { recursive: true, force: true })
      throw error
    }
    const job = this.load(spec.id)
    if (!parameters.open && source === undefined) job.close()
    const secret = spec.callback ? { callback_secret: spec.callback.secret } : {}
    return { job: { ...this.viewOf(job), ...secret }, made: true }
  }

  private get(id: string): JobFolder {
    const job = this.jobs.get(id)
    if (!job) throw unknownJob()
    return job
  }

  private viewOf(job: JobFolder): Job {
    return job.view(this.options.retentionMs)
  }

  /** The job that a key has made already. @throws Problem `conflict` */
  private earlier(key: string, body: string): string | null {
    const path = join(this.path('keys'), key)
    if (!existsSync(path)) return null
    const { id, body: before } = JSON.parse(readFileSync(path, 'utf8')) as { id: string; body: string }
    if (!this.jobs.has(id)) return null
    if (before === body) return id
    throw new Problem('conflict', 'This Idempotency-Key has made a job of other photos or options.')
  }

  private load(id: string): JobFolder {
    const path = join(this.path('jobs'), id)
    if (!isJob(path)) throw new Error(`${path} is no job`)
    const job = new JobFolder(path)
    this.jobs.set(id, job)
    job.watch(() => this.callbacks.tell(job))
    job.resume()
    this.callbacks.tell(job)
    if (job.finishedAt === null) this.runner.run(job)
    if (job.listing) void this.lister.run(job)
    return job
  }

  /** Deletes what ended long ago, and what was begun and left. */
  private sweep(): void {
    const before = Date.now() - this.options.retentionMs
    for (const [id, job] of this.jobs) {
      if ((job.finishedAt ?? (job.open ? job.touchedAt : Number.POSITIVE_INFINITY)) < before) void this.remove(id)
    }
    for (const name of readdirSync(this.path('keys'))) {
      const path = join(this.path('keys'), name)
      const { id } = JSON.parse(readFileSync(path, 'utf8')) as { id: string }
      if (!this.jobs.has(id)) rmSync(path)
    }
  }

  private path(name: string): string {
    return join(this.options.folder, name)
  }
}

async function* rowsOf(job: JobFolder, offset?: number, only?: ResultRow['status']): AsyncGenerator<ResultRow> {
  for (const { row } of job.rows(offset, only)) yield row
}

/** @param digest of all that is added; @param entered told after each photo */
function into(job: JobFolder, { digest, entered }: { digest?: Hash; entered?: () => void }): Draft {
  return {
    async add(input, bytes) {
      digest?.update(JSON.stringify(input)).update(
        createHash('sha256')
          .update(bytes ?? '')
          .digest(),
      )
      onDisk(() => job.add(input, bytes))
      entered?.()
    },
    get count() {
      return job.inputs.length
    },
  }
}

/** Leaves out what the job has by that name. */
function onlyNew(job: JobFolder, draft: Draft): Draft {
  return {
    async add(input, bytes) {
      if (!job.has(input.file)) await draft.add(input, bytes)
    },
    get count() {
      return draft.count
    },
  }
}

/** A full disk is the operator's to mend, and no fault. */
function onDisk<T>(write: () => T): T {
  try {
    return write()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
    throw new Problem('storage_full', 'The server’s disk is full. Try again later.', { cause: error })
  }
}
