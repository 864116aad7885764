import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Job } from '@/lib/shared/jobs'
import { Problem } from '@/lib/shared/problem'
import type { ResultRow } from '@/lib/shared/results'
import { closedJob } from '../adding'
import { AppendLog } from '../append-log'
import type { JobInput, JobSpec, ResultLine } from '../jobs'
import { unknownJob } from '../new-spec'
import { Rate } from '../rate'
import { Standings } from './standings'

/** What changes of a job besides its photos and results. Written whole, by one rename. */
interface Status {
  state: Job['state']
  open: boolean
  /** Whether somebody asked it to wait. */
  paused?: boolean
  finished_at: string | null
  /** Failed photos of an earlier round are tried again. */
  round: number
  callback?: { attempts: number; state: 'waiting' | 'delivered' | 'given_up' }
}

const TERMINAL = new Set<Job['state']>(['done', 'cancelled'])

/**
 * A job as a folder: what it was made with, its photos, and its results, of which each is one line that is appended. Opened again after a
 * kill it is what it was, but for photos that were running, which run again. Exactly one result a photo counts: the latest.
 */
export class JobFolder {
  readonly spec: JobSpec
  readonly inputs: JobInput[] = []
  private readonly inputLog: AppendLog
  private readonly resultLog: AppendLog
  private status: Status
  private readonly standings = new Standings()
  private readonly running = new Set<number>()
  private readonly rate = new Rate()
  private names: Set<string> | undefined
  private cursor = 0
  private readonly watchers = new Set<() => void>()
  /** Where nothing can be written just now. */
  full = false
  readonly stop = new AbortController()
  /** Its files are closed: it was deleted, or the server stops. */
  stopped = false
  private deleted = false

  /** Makes a new one, or opens one that is there. @throws Error where the folder is no job */
  constructor(
    readonly path: string,
    spec?: JobSpec,
  ) {
    if (spec) {
      mkdirSync(this.files, { recursive: true })
      writeWhole(join(path, 'job.json'), spec)
      writeWhole(join(path, 'status.json'), { state: 'running', open: true, finished_at: null, round: 0 })
    }
    this.spec = JSON.parse(readFileSync(join(path, 'job.json'), 'utf8')) as JobSpec
    this.status = JSON.parse(readFileSync(join(path, 'status.json'), 'utf8')) as Status
    this.inputLog = new AppendLog(join(path, 'inputs.ndjson'), (input) => this.inputs.push(input as JobInput))
    this.resultLog = new AppendLog(join(path, 'results.ndjson'), (line, place) =>
      this.standings.count(line as ResultLine, place, this.status.round),
    )
  }

  private get files(): string {
    return join(this.path, 'files')
  }

  get state(): Job['state'] {
    return this.status.state === 'running' && this.reason !== null ? 'paused' : this.status.state
  }

  /** Why it waits, or would if it ran. */
  private get reason(): Job['reason'] {
    if (this.status.paused) return 'requested'
    return this.full ? 'storage_full' : null
  }

  /** Goes on after a start: a kill may have come between the last result and the end. */
  resume(): void {
    this.clean()
    this.finishIfDone()
    this.rest()
  }

  /** Whether somebody may add photos. */
  get open(): boolean {
    return this.status.open && this.spec.source === undefined
  }

  /** Whether its source is still to be listed: then it is this server that adds photos. */
  get listing(): boolean {
    return this.status.open && this.spec.source !== undefined
  }

  get finishedAt(): number | null {
    return this.status.finished_at === null ? null : Date.parse(this.status.finished_at)
  }

  /** When a photo came or was done last (milliseconds since 1970). */
  get touchedAt(): number {
    const changed = (name: string) =>
      statSync(/* turbopackIgnore: true */ join(/* turbopackIgnore: true */ this.path, name)).mtimeMs
    return Math.max(changed('inputs.ndjson'), changed('results.ndjson'))
  }

  /** Where the file of a photo lies as long as it is needed. */
  file(index: number): string {
    return join(this.files, String(index))
  }

  /**
   * Adds a photo, if the job takes it at this moment; its bytes are written before it counts.
   *
   * @throws NodeJS.ErrnoException such as ENOSPC
   * @throws Problem `conflict` where the job takes no more, `unknown_job` where it was deleted, `shutting_down`
   */
  add(input: JobInput, bytes?: Uint8Array): number {
    if (this.deleted) throw unknownJob()
    if (this.stopped) throw new Problem('shutting_down', 'This server is stopping. Send the rest again.')
    if (!this.status.open) throw closedJob()
    const index = this.inputs.length
    if (bytes) writeFileSync(this.file(index), bytes)
    try {
      this.inputLog.append(input)
    } catch (error) {
      rmSync(this.file(index), { force: true })
      throw error
    }
    this.inputs.push(input)
    this.names?.add(input.file)
    this.changed()
    return index
  }

  /** Whether a photo of this name is there. */
  has(file: string): boolean {
    this.names ??= new Set(this.inputs.map((input) => input.file))
    return this.names.has(file)
  }

  /** Takes no more photos. */
  close(): void {
    if (!this.status.open) return
    this.setStatus({ open: false })
    this.names = undefined
    this.finishIfDone()
  }

  /** Takes up no photo until it is told to go on. What runs is finished. */
  pause(paused: boolean): void {
    if (TERMINAL.has(this.status.state)) return
    this.setStatus({ paused })
    this.changed()
  }

  /** The next photo that nobody runs, or null. */
  take(): number | null {
    if (this.state !== 'running') return null
    for (; this.cursor < this.inputs.length; this.cursor++) {
      const index = this.cursor
      if (this.running.has(index) || this.standings.isDone(index, this.status.round)) continue
      this.running.add(index)
      this.cursor++
      return index
    }
    return null
  }

  /**
   * Keeps a photo's result.
   *
   * @throws NodeJS.ErrnoException such as ENOSPC; the photo is not done then
   */
  finish(index: number, row: ResultRow): void {
    this.running.delete(index)
    if (this.status.state !== 'running') return
    const line: ResultLine = { index, round: this.status.round, row }
    this.standings.count(line, this.resultLog.append(line), this.status.round)
    // A failed photo may be asked for again.
    if (row.status === 'ok') rmSync(this.file(index), { force: true })
    this.rate.add()
    this.finishIfDone()
    this.changed()
  }

  /** Gives a photo back that was not done. */
  release(index: number): void {
    this.running.delete(index)
    this.cursor = Math.min(this.cursor, index)
  }

  cancel(): void {
    this.end('cancelled')
    this.stop.abort(new Error('the job was cancelled'))
  }

  /** Runs the failed ones again; the number of them. */
  retryFailed(): number {
    const { failed } = this.standings.counts
    if (failed === 0 || this.status.state === 'cancelled') return 0
    const { callback: _told, ...status } = this.status
    this.status = status
    this.setStatus({ state: 'running', finished_at: null, round: this.status.round + 1 })
    this.standings.forgetFailed()
    this.cursor = 0
    this.changed()
    return failed
  }

  /** The results in the order of the photos. */
  *rows(offset = 0, only?: ResultRow['status']): Generator<{ index: number; row: ResultRow }> {
    for (let index = offset; index < this.inputs.length; index++) {
      const place = this.standings.place(index, only)
      if (place) yield { index, row: this.resultLog.read<ResultLine>(place).row }
    }
    this.rest()
  }

  /** The results in the order of their being done, from a place on that an earlier call has told. */
  *since(place: number): Generator<{ value: ResultLine; next: number }> {
    yield* this.resultLog.from<ResultLine>(place)
    this.rest()
  }

  /** How far the telling of its end is; null where nobody is to be told. */
  get callback(): Job['callback'] {
    if (!this.spec.callback) return null
    return this.status.callback ?? { attempts: 0, state: 'waiting' }
  }

  /** @throws NodeJS.ErrnoException such as ENOSPC */
  setCallback(callback: NonNullable<Job['callback']>): void {
    this.setStatus({ callback })
  }

  /** Called at each change, until the returned function is called. */
  watch(changed: () => void): () => void {
    this.watchers.add(changed)
    return () => this.watchers.delete(changed)
  }

  /** Tells the watchers. */
  changed(): void {
    for (const watcher of this.watchers) watcher()
  }

  view(retentionMs: number): Job {
    const { ok, failed } = this.standings.counts
    const total = this.inputs.length
    const rate = this.state === 'running' ? this.rate.get() : null
    const left = total - ok - failed
    return {
      id: this.spec.id,
      state: this.state,
      reason: this.state === 'paused' ? this.reason : null,
      open: this.open,
      source: this.spec.source ?? null,
      listing: this.listing,
      model: this.spec.model,
      top_k: this.spec.top_k,
      threshold: this.spec.threshold,
      counts: { total, done: ok + failed, ok, failed },
      rate,
      eta_s: rate ? left / rate : null,
      created_at: this.spec.created_at,
      finished_at: this.status.finished_at,
      callback: this.callback,
      expires_at: this.finishedAt === null ? null : new Date(this.finishedAt + retentionMs).toISOString(),
    }
  }

  /** @param deleted whether it is gone for good; else it is there at the next start */
  dispose({ deleted = false } = {}): void {
    this.deleted = deleted
    this.stopped = true
    this.stop.abort(new Error('the server is stopping'))
    this.changed()
    this.inputLog.close()
    this.resultLog.close()
  }

  /** A kill may have come between a result and the end of its photo's file. */
  private clean(): void {
    if (!existsSync(this.files)) return
    for (const name of readdirSync(this.files)) {
      if (this.standings.place(Number(name), 'ok')) rmSync(join(this.files, name))
    }
  }

  private finishIfDone(): void {
    const { ok, failed } = this.standings.counts
    if (this.status.state === 'running' && !this.status.open && ok + failed === this.inputs.length) this.end('done')
  }

  /** A job that is over needs its files only when it is read. */
  private rest(): void {
    if (!TERMINAL.has(this.status.state)) return
    this.inputLog.rest()
    this.resultLog.rest()
  }

  /** The one way into a state that is for good. */
  private end(state: 'done' | 'cancelled'): void {
    if (TERMINAL.has(this.status.state)) return
    this.setStatus({ state, open: false, finished_at: new Date().toISOString() })
    if (state === 'cancelled') rmSync(this.files, { recursive: true, force: true })
    this.rest()
    this.changed()
  }

  private setStatus(part: Partial<Status>): void {
    const next = { ...this.status, ...part }
    writeWhole(join(this.path, 'status.json'), next)
    this.status = next
  }
}

/** Whether a folder holds a job that was made to its end. */
export function isJob(path: string): boolean {
  return existsSync(join(path, 'status.json')) && existsSync(join(path, 'job.json'))
}

function writeWhole(path: string, value: unknown): void {
  writeFileSync(`${path}.new`, JSON.stringify(value))
  renameSync(`${path}.new`, path)
}
