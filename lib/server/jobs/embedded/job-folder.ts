import { randomUUID } from 'node:crypto'
import { existsSync, linkSync, opendirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Job } from '@/lib/shared/contract/jobs'
import { Problem } from '@/lib/shared/problems/problem'
import type { ResultRow } from '@/lib/shared/results/columns'
import type { StorageFault } from '../../storage/storage-errors'
import { jobClosed } from '../add-photos'
import type { AppendLog } from '../append-log'
import type { JobInput, JobSpec, ResultLine } from '../backend'
import { unknownJob } from '../job-spec'
import { RateMeter } from '../rate-meter'
import { writeJson } from './atomic-json'
import { createJobFiles, type JobFiles, type JobKey, openJobFiles } from './job-files'
import type { StorageAccess } from './lease-handle'
import { PendingPhotos } from './pending-photos'
import type { ResultIndex } from './result-index'
import type { StatusFile } from './status-file'

const TERMINAL = new Set<Job['state']>(['done', 'cancelled'])

/**
 * A job as a folder: what it was made with, its photos, and its results, of which each is one line that is appended. Opened again after a
 * kill it is what it was, but for photos that were running, which run again. Exactly one result a photo counts: the latest.
 */
export class JobFolder {
  readonly spec: JobSpec
  readonly inputs: JobInput[]
  key: JobKey | null
  private readonly inputLog: AppendLog
  private readonly resultLog: AppendLog
  private readonly status: StatusFile
  private readonly resultIndex: ResultIndex
  private readonly pending = new PendingPhotos()
  private readonly rate = new RateMeter()
  private names: Set<string> | undefined
  private readonly watchers = new Set<() => void>()
  /** Why nothing of it can be read or written just now. */
  fault: StorageFault | null = null
  /** Whether it is left alone for a while. */
  backingOff = false
  readonly stop = new AbortController()
  /** Its files are closed: it was deleted, or the server stops. */
  stopped = false
  private deleted = false

  private constructor(
    private folder: string,
    { spec, status, inputs, inputLog, resultLog, resultIndex, key }: JobFiles,
    private readonly store: StorageAccess,
  ) {
    this.spec = spec
    this.status = status
    this.inputs = inputs
    this.inputLog = inputLog
    this.resultLog = resultLog
    this.resultIndex = resultIndex
    this.key = key
  }

  /** Makes a new one, in a folder that is there. @throws NodeJS.ErrnoException such as ENOSPC */
  static create(path: string, spec: JobSpec, store: StorageAccess): JobFolder {
    return new JobFolder(path, createJobFiles(path, spec, store), store)
  }

  /**
   * Opens one that is there.
   *
   * @returns what it is opened by, a piece at each step
   * @throws DamagedJob where the folder is no whole job, NodeJS.ErrnoException where it cannot be read now
   */
  static *openInSteps(path: string, store: StorageAccess): Generator<void, JobFolder> {
    const job = new JobFolder(path, yield* openJobFiles(path, store), store)
    yield* job.removeStalePhotos()
    return job
  }

  get path(): string {
    return this.folder
  }

  private get files(): string {
    return join(this.folder, 'files')
  }

  get state(): Job['state'] {
    const { state } = this.status.current
    return state === 'running' && this.reason !== null ? 'paused' : state
  }

  /** Why it waits, or would if it ran. */
  private get reason(): Job['reason'] {
    return this.status.current.paused ? 'requested' : this.fault
  }

  private get ended(): boolean {
    return TERMINAL.has(this.status.current.state)
  }

  /** Writes what is due and was not written before, for a fault or a kill: its end above all. @throws NodeJS.ErrnoException; to be tried again */
  settle(): void {
    this.status.flush()
    if (this.complete && !this.status.current.open) this.end('done')
    this.releaseFiles()
  }

  /** Photos that have no result yet. */
  get remaining(): number {
    const { ok, failed } = this.resultIndex.counts
    return this.inputs.length - ok - failed
  }

  /** Whether somebody may add photos. */
  get open(): boolean {
    return this.status.current.open && this.spec.source === undefined
  }

  /** Whether its source is still to be listed: then it is this server that adds photos. */
  get listing(): boolean {
    return this.status.current.open && this.spec.source !== undefined
  }

  get finishedAt(): number | null {
    const { finished_at } = this.status.current
    return finished_at === null ? null : Date.parse(finished_at)
  }

  /** When a photo came or was done last (milliseconds since 1970). */
  get lastActivity(): number {
    return Math.max(this.inputLog.lastModified, this.resultLog.lastModified)
  }

  /** Where the file of a photo lies as long as it is needed. */
  photoPath(index: number): string {
    return join(this.files, String(index))
  }

  /**
   * Adds a photo, if the job takes it at this moment; its bytes are written before it counts.
   *
   * @param staged the file that `stage` has made of the bytes; it is still to be unstaged
   * @throws NodeJS.ErrnoException such as ENOSPC
   * @throws Problem `conflict` where the job takes no more, `unknown_job` where it was deleted, `shutting_down`
   */
  add(input: JobInput, bytes?: Uint8Array, staged?: string): number {
    if (this.deleted) throw unknownJob()
    if (this.stopped) throw new Problem('shutting_down', 'This server is stopping. Send the rest again.')
    if (!this.status.current.open) throw jobClosed()
    const index = this.inputs.length
    this.store.guard()
    try {
      if (bytes) this.write(this.photoPath(index), bytes, staged)
      this.inputLog.append(input)
    } catch (error) {
      this.discard(this.photoPath(index))
      throw error
    }
    this.inputs.push(input)
    this.names?.add(input.file)
    this.notifyWatchers()
    return index
  }

  /** Writes the bytes of a photo that is still to be added, while others are served. → its file. @throws NodeJS.ErrnoException */
  async stage(bytes: Uint8Array): Promise<string> {
    const path = join(this.files, `staged-${randomUUID()}`)
    this.store.guard()
    try {
      await writeFile(path, bytes, { flag: 'wx' })
      return path
    } catch (error) {
      this.discard(path)
      throw error
    }
  }

  /** A staged file is not needed any more: its photo has its own, or is not added after all. */
  unstage(path: string): void {
    this.discard(path)
  }

  /** Writes a file that is not there yet: what an attempt that failed has left is taken away first, if it is this process's to take. */
  private write(path: string, bytes: Uint8Array, staged: string | undefined): void {
    try {
      createPhoto(path, bytes, staged)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      this.store.verify()
      rmSync(path)
      createPhoto(path, bytes, staged)
    }
  }

  /** Whether a photo of this name is there. */
  has(file: string): boolean {
    this.names ??= new Set(this.inputs.map((input) => input.file))
    return this.names.has(file)
  }

  /** Takes no more photos; one that has all its results is done with that, in one step. @throws NodeJS.ErrnoException */
  close(): void {
    if (!this.status.current.open) return
    if (this.complete) this.end('done')
    else this.status.set({ open: false })
    this.names = undefined
    this.notifyWatchers()
  }

  /** Takes up no photo until it is told to go on. What runs is finished. @throws NodeJS.ErrnoException */
  pause(paused: boolean): void {
    if (this.ended) return
    this.status.set({ paused })
    this.notifyWatchers()
  }

  /** The next photo that nobody runs, or null. While the store fails one at a time shows whether it still does. */
  take(): number | null {
    const { state, paused, round } = this.status.current
    if (state !== 'running' || paused || this.backingOff || this.stopped) return null
    if (this.fault && this.pending.running > 0) return null
    return this.pending.take(this.inputs.length, (index) => this.resultIndex.isDone(index, round))
  }

  /**
   * Keeps a photo's result.
   *
   * @throws NodeJS.ErrnoException such as ENOSPC: the photo is not done then, or is the last and the end is to be settled later
   */
  finish(index: number, row: ResultRow): void {
    if (this.status.current.state === 'running') this.record(index, row)
    this.pending.release(index)
    this.settle()
    this.notifyWatchers()
  }

  private record(index: number, row: ResultRow): void {
    const line: ResultLine = { index, round: this.status.current.round, row }
    this.resultIndex.add(line, this.resultLog.append(line), this.status.current.round)
    // What ran before the trouble may end behind it, and shows nothing.
    if (!this.backingOff) this.fault = null
    // A failed photo may be asked for again.
    if (row.status === 'ok') this.discard(this.photoPath(index))
    this.rate.add()
  }

  /** Gives a photo back that was not done. @param defer all others: it could not be had just now */
  release(index: number, defer = false): void {
    this.pending.release(index)
    if (defer) this.pending.defer(index)
    else this.pending.rewindTo(index)
  }

  /** @throws NodeJS.ErrnoException; it goes on then */
  cancel(): void {
    this.end('cancelled')
    this.stop.abort(new Error('the job was cancelled'))
  }

  /** Runs the failed ones again; the number of them. @throws NodeJS.ErrnoException; nothing has changed then */
  retryFailed(): number {
    const { state, round } = this.status.current
    const { failed } = this.resultIndex.counts
    if (failed === 0 || state === 'cancelled') return 0
    this.status.set({ state: 'running', finished_at: null, round: round + 1, callback: undefined })
    this.resultIndex.resetFailed()
    this.pending.rewindTo(0)
    this.notifyWatchers()
    return failed
  }

  /** @throws NodeJS.ErrnoException, StoreFault where the results cannot be read now */
  requireResults(): void {
    this.resultLog.descriptor()
    this.releaseFiles()
  }

  /** The results in the order of the photos. */
  *resultsInOrder(offset = 0, only?: ResultRow['status']): Generator<{ index: number; row: ResultRow }> {
    try {
      for (let index = offset; index < this.inputs.length; index++) {
        const range = this.resultIndex.rangeOf(index, only)
        if (range) yield { index, row: this.resultLog.read<ResultLine>(range).row }
      }
    } finally {
      this.releaseFiles()
    }
  }

  /** Whether an earlier call has told this place, or could have. */
  isPosition(offset: number): boolean {
    try {
      return this.resultLog.isLineStart(offset)
    } finally {
      this.releaseFiles()
    }
  }

  /** The results in the order of their being done, from a place on that an earlier call has told. */
  *resultsSince(offset: number): Generator<{ value: ResultLine; next: number }> {
    try {
      yield* this.resultLog.from<ResultLine>(offset)
    } finally {
      this.releaseFiles()
    }
  }

  /** The same without those that a later one of the same photo has taken the place of. */
  *latestResultsSince(offset: number): Generator<{ value: ResultLine; next: number }> {
    for (const line of this.resultsSince(offset)) if (this.resultIndex.isLatest(line.value.index, line.next)) yield line
  }

  /** How far the telling of its end is; null where nobody is to be told. */
  get callback(): Job['callback'] {
    if (!this.spec.callback) return null
    return this.status.current.callback ?? { attempts: 0, state: 'waiting' }
  }

  /** @throws NodeJS.ErrnoException such as ENOSPC: it is so all the same, and is written later */
  setCallback(callback: NonNullable<Job['callback']>): void {
    this.status.record({ callback })
  }

  /** Called at each change, until the returned function is called. */
  watch(changed: () => void): () => void {
    this.watchers.add(changed)
    return () => this.watchers.delete(changed)
  }

  /** Tells the watchers. */
  notifyWatchers(): void {
    for (const watcher of this.watchers) watcher()
  }

  view(retentionMs: number): Job {
    const { ok, failed } = this.resultIndex.counts
    const total = this.inputs.length
    const rate = this.state === 'running' ? this.rate.get() : null
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
      eta_s: rate ? this.remaining / rate : null,
      created_at: this.spec.created_at,
      finished_at: this.status.current.finished_at,
      callback: this.callback,
      expires_at: this.finishedAt === null ? null : new Date(this.finishedAt + retentionMs).toISOString(),
    }
  }

  /**
   * A draft becomes a job of another folder. The rename is the one step that makes it: before it there is nothing, behind it nothing can fail.
   *
   * @throws NodeJS.ErrnoException; it is still a draft then
   */
  commit(path: string, key: JobKey | null): void {
    const { guard } = this.store
    if (key) writeJson(join(this.folder, 'key.json'), key, this.store)
    this.key = key
    this.inputLog.releaseFile()
    this.resultLog.releaseFile()
    guard()
    renameSync(this.folder, path)
    this.folder = path
    this.inputLog.setPath(join(path, 'inputs.ndjson'))
    this.resultLog.setPath(join(path, 'results.ndjson'))
    this.status.setPath(join(path, 'status.json'))
  }

  /** Whether it is gone for good. */
  get removed(): boolean {
    return this.deleted
  }

  /** The server stops: it takes no more photos, and tells nobody of it. What runs can still be finished. */
  beginShutdown(): void {
    this.stopped = true
    this.notifyWatchers()
  }

  /** @param deleted whether it is gone for good; else it is there at the next start */
  dispose({ deleted = false } = {}): void {
    this.deleted = deleted
    this.stopped = true
    this.stop.abort(new Error('the server is stopping'))
    this.notifyWatchers()
    this.inputLog.close()
    this.resultLog.close()
  }

  private get complete(): boolean {
    const { ok, failed } = this.resultIndex.counts
    return this.status.current.state === 'running' && ok + failed === this.inputs.length
  }

  /** A kill may have come between a result and the end of its photo's file, or between a file and the entry of its photo. */
  private *removeStalePhotos(): Generator<void> {
    if (!existsSync(this.files)) return
    if (this.status.current.state === 'cancelled') return this.store.discard(this.files)
    const folder = opendirSync(this.files, { bufferSize: 256 })
    try {
      for (let entry = folder.readSync(); entry !== null; entry = folder.readSync()) {
        const index = Number(entry.name)
        const isPending = index < this.inputs.length && !this.resultIndex.rangeOf(index, 'ok')
        if (!isPending) this.discard(join(this.files, entry.name))
        yield
      }
    } finally {
      folder.closeSync()
    }
  }

  /** The file of a photo is not needed any more. What stays for a fault goes at the next start, or with the job. */
  private discard(path: string): void {
    try {
      this.store.guard()
      rmSync(path, { force: true })
    } catch {
      // Nothing depends on it.
    }
  }

  /** A job that nothing is done for holds no open file: it may be left open for days. */
  releaseFiles(): void {
    if (this.pending.running > 0 && !this.ended) return
    this.inputLog.releaseFile()
    this.resultLog.releaseFile()
  }

  /** The one way into a state that is for good. @throws NodeJS.ErrnoException; it is not there then */
  private end(state: 'done' | 'cancelled'): void {
    if (this.ended) return
    this.status.set({ state, open: false, finished_at: new Date().toISOString() })
    if (state === 'cancelled') this.store.discard(this.files)
    this.fault = null
    this.releaseFiles()
    this.notifyWatchers()
  }
}

/** What file systems say that have no second names for a file. */
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'])

/** Makes a file that is not there, of one that was staged or of bytes. @throws NodeJS.ErrnoException EEXIST where it is there: a rename would take its place */
function createPhoto(path: string, bytes: Uint8Array, staged: string | undefined): void {
  if (staged !== undefined) {
    try {
      linkSync(staged, path)
      return
    } catch (error) {
      if (!NO_LINKS.has((error as NodeJS.ErrnoException).code ?? '')) throw error
    }
  }
  writeFileSync(path, bytes, { flag: 'wx' })
}
