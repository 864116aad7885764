import { renameSync } from 'node:fs'
import { join } from 'node:path'
import type { Job } from '@/lib/shared/contract/jobs'
import { Problem } from '@/lib/shared/problems/problem'
import type { ResultRow } from '@/lib/shared/results/columns'
import type { StorageFault } from '../../storage/storage-errors'
import type { AppendLog } from '../append-log'
import type { JobInput, JobSpec, ResultLine } from '../backend'
import { type StoredCheck, storedCheckSchema } from '../check/stored-check'
import { jobClosed, unknownJob } from '../problems'
import { RateMeter } from '../rate-meter'
import { CorruptJobError, readJsonIfExists, writeJson } from './atomic-json'
import { createJobFiles, type JobFiles, type JobKey, openJobFiles } from './job-files'
import type { StorageAccess } from './lease-handle'
import { PendingPhotos } from './pending-photos'
import { PhotoFiles } from './photo-files'
import type { ResultIndex } from './result-index'
import type { StatusFile } from './status-file'

const TERMINAL = new Set<Job['state']>(['done', 'cancelled'])

/**
 * A job stored as a folder: its parameters, its photos, and its results, each appended as one line. Reopened after a
 * kill, it is in the same state, except that photos in flight run again. Only the latest result of a photo counts.
 */
export class JobFolder {
  readonly spec: JobSpec
  readonly inputs: JobInput[]
  key: JobKey | null
  private readonly inputLog: AppendLog
  private readonly resultLog: AppendLog
  private readonly status: StatusFile
  private readonly resultIndex: ResultIndex
  private readonly photos: PhotoFiles
  private readonly pending = new PendingPhotos()
  private readonly rate = new RateMeter()
  private names: Set<string> | undefined
  private readonly watchers = new Set<() => void>()
  /** Why the job's files can't be read or written at the moment. */
  fault: StorageFault | null = null
  /** Whether the runner leaves the job alone until its next retry. */
  backingOff = false
  readonly stop = new AbortController()
  /** Its files are closed, because it was deleted or the server is stopping. */
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
    this.photos = new PhotoFiles(folder, store)
    this.key = key
  }

  /** Creates a job; the parent folder must exist. @throws NodeJS.ErrnoException such as ENOSPC */
  static create(path: string, spec: JobSpec, store: StorageAccess): JobFolder {
    return new JobFolder(path, createJobFiles(path, spec, store), store)
  }

  /**
   * Opens an existing job.
   *
   * @returns a generator that does one piece of the work per step
   * @throws CorruptJobError if the folder isn't a complete job, NodeJS.ErrnoException if it can't be read at the moment
   */
  static *openInSteps(path: string, store: StorageAccess): Generator<void, JobFolder> {
    const job = new JobFolder(path, yield* openJobFiles(path, store), store)
    yield* job.removeStalePhotos()
    return job
  }

  get path(): string {
    return this.folder
  }

  get state(): Job['state'] {
    const { state } = this.status.current
    return state === 'running' && this.reason !== null ? 'paused' : state
  }

  /** Why it is paused, or would be if it were running. */
  get reason(): Job['reason'] {
    return this.status.current.paused ? 'requested' : this.fault
  }

  private get ended(): boolean {
    return TERMINAL.has(this.status.current.state)
  }

  /**
   * Catches up on writes that a fault or a kill prevented, most of all the end of the job.
   *
   * @throws NodeJS.ErrnoException; call it again later
   */
  settle(): void {
    this.status.flush()
    if (this.complete && !this.status.current.open) this.end('done')
    this.releaseFiles()
  }

  /** How many photos have no result yet. */
  get remaining(): number {
    const { total, done } = this.counts
    return total - done
  }

  get counts(): Job['counts'] {
    const { ok, failed } = this.resultIndex.counts
    return { total: this.inputs.length, done: ok + failed, ok, failed }
  }

  /** Photos per second; null if none finished recently. */
  get photoRate(): number | null {
    return this.rate.get()
  }

  /** Whether clients may add photos. */
  get open(): boolean {
    return this.status.current.open && this.spec.source === undefined
  }

  /** Whether this server is still listing the job's source and adding its photos. */
  get listing(): boolean {
    return this.status.current.open && this.spec.source !== undefined
  }

  get finishedAt(): string | null {
    return this.status.current.finished_at
  }

  /** When it was created, or a photo was last added or finished (milliseconds since 1970). */
  get lastActivity(): number {
    return Math.max(Date.parse(this.spec.created_at), this.inputLog.lastModified, this.resultLog.lastModified)
  }

  /** Where a photo's file lies, as long as it is needed. */
  photoPath(index: number): string {
    return this.photos.path(index)
  }

  /**
   * Adds a photo if the job still accepts photos. Its bytes are written before it counts.
   *
   * @param staged the file that `stage` returned for these bytes; the caller still has to unstage it
   * @throws NodeJS.ErrnoException such as ENOSPC
   * @throws Problem `conflict` if the job accepts no more photos, `unknown_job` if it was deleted, `shutting_down`
   */
  add(input: JobInput, bytes?: Uint8Array, staged?: string): number {
    if (this.deleted) throw unknownJob()
    if (this.stopped)
      throw new Problem('shutting_down', 'The server is shutting down. Send the remaining photos again.')
    if (!this.status.current.open) throw jobClosed()
    const index = this.inputs.length
    this.store.guard()
    try {
      if (bytes) this.photos.write(index, bytes, staged)
      this.inputLog.append(input)
    } catch (error) {
      this.photos.discard(this.photos.path(index))
      throw error
    }
    this.inputs.push(input)
    this.names?.add(input.file)
    this.notifyWatchers()
    return index
  }

  /**
   * Writes the bytes of a photo that isn't added yet, without blocking.
   *
   * @returns its path
   * @throws NodeJS.ErrnoException
   */
  stage(bytes: Uint8Array): Promise<string> {
    return this.photos.stage(bytes)
  }

  /** Removes a staged file: its photo now has its own file, or wasn't added after all. */
  unstage(path: string): void {
    this.photos.discard(path)
  }

  /** Whether the job has a photo with this name. */
  has(file: string): boolean {
    this.names ??= new Set(this.inputs.map((input) => input.file))
    return this.names.has(file)
  }

  /** Accepts no more photos. If every photo has a result, this also ends the job. @throws NodeJS.ErrnoException */
  close(): void {
    if (!this.status.current.open) return
    if (this.complete) this.end('done')
    else this.status.set({ open: false })
    this.names = undefined
    this.notifyWatchers()
  }

  /** Starts no more photos until it is resumed. Photos in flight finish. @throws NodeJS.ErrnoException */
  pause(paused: boolean): void {
    if (this.ended) return
    this.status.set({ paused })
    this.notifyWatchers()
  }

  /** The next pending photo, or null. While storage fails, one photo at a time tests whether it still does. */
  take(): number | null {
    const { state, paused, round } = this.status.current
    if (state !== 'running' || paused || this.backingOff || this.stopped) return null
    if (this.fault && this.pending.running > 0) return null
    return this.pending.take(this.inputs.length, (index) => this.resultIndex.isDone(index, round))
  }

  /**
   * Stores a photo's result.
   *
   * @throws NodeJS.ErrnoException such as ENOSPC: either the photo isn't done, or it was the last one and `settle` has
   *   to write the end of the job later
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
    // A photo that started before the fault can finish after it, so it doesn't prove that the fault is over.
    if (!this.backingOff) this.fault = null
    // A failed photo may be retried.
    if (row.status === 'ok') this.photos.discard(this.photos.path(index))
    this.rate.add()
  }

  /** Returns a photo that wasn't done. @param defer runs it after all others, because it couldn't be read just now */
  release(index: number, defer = false): void {
    this.pending.release(index)
    if (defer) this.pending.defer(index)
    else this.pending.rewindTo(index)
  }

  /** @throws NodeJS.ErrnoException; the job continues then */
  cancel(): void {
    this.end('cancelled')
    this.stop.abort(new Error('the job was cancelled'))
  }

  /**
   * Runs the failed photos again.
   *
   * @returns how many there are
   * @throws NodeJS.ErrnoException; nothing has changed then
   */
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

  /** @throws NodeJS.ErrnoException, StorageError if the results can't be read at the moment */
  requireResults(): void {
    this.resultLog.descriptor()
    this.releaseFiles()
  }

  /** The latest result of each photo, in the order of the photos. */
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

  /** Whether an earlier call returned this position, or could have. */
  isPosition(offset: number): boolean {
    try {
      return this.resultLog.isLineStart(offset)
    } finally {
      this.releaseFiles()
    }
  }

  /** Results in the order in which photos finished, from a position that an earlier call returned. */
  *resultsSince(offset: number): Generator<{ value: ResultLine; next: number }> {
    try {
      yield* this.resultLog.from<ResultLine>(offset)
    } finally {
      this.releaseFiles()
    }
  }

  /** The same, without results that a later result of the same photo has replaced. */
  *latestResultsSince(offset: number): Generator<{ value: ResultLine; next: number }> {
    for (const line of this.resultsSince(offset)) {
      if (this.resultIndex.isLatest(line.value.index, line.next)) yield line
    }
  }

  /** The delivery status of the callback; null if the job has none. */
  get callback(): Job['callback'] {
    if (!this.spec.callback) return null
    return this.status.current.callback ?? { attempts: 0, state: 'waiting' }
  }

  /** @throws NodeJS.ErrnoException such as ENOSPC: it is set in memory all the same, and written later */
  setCallback(callback: NonNullable<Job['callback']>): void {
    this.status.record({ callback })
  }

  /** Calls `changed` after each change, until the returned function is called. */
  watch(changed: () => void): () => void {
    this.watchers.add(changed)
    return () => this.watchers.delete(changed)
  }

  notifyWatchers(): void {
    for (const watcher of this.watchers) watcher()
  }

  /**
   * Turns a draft into a job in another folder. The rename is the commit: before it there is no job, after it nothing
   * can fail.
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
    this.photos.setJobFolder(path)
    this.inputLog.setPath(join(path, 'inputs.ndjson'))
    this.resultLog.setPath(join(path, 'results.ndjson'))
    this.status.setPath(join(path, 'status.json'))
  }

  /** What the latest check found; null if there was none. @throws NodeJS.ErrnoException */
  readCheck(): StoredCheck | null {
    try {
      return readJsonIfExists(join(this.folder, 'check.json'), storedCheckSchema)
    } catch (error) {
      // It can be computed again.
      if (error instanceof CorruptJobError) return null
      throw error
    }
  }

  /** @throws NodeJS.ErrnoException such as ENOSPC */
  writeCheck(check: StoredCheck): void {
    writeJson(join(this.folder, 'check.json'), check, this.store)
  }

  /** Whether it was deleted. */
  get removed(): boolean {
    return this.deleted
  }

  /** The server is stopping: accepts no more photos and ends its feeds. Photos in flight can still finish. */
  beginShutdown(): void {
    this.stopped = true
    this.notifyWatchers()
  }

  /** @param deleted whether it is gone for good; otherwise it is there again at the next start */
  dispose({ deleted = false } = {}): void {
    this.deleted = deleted
    this.stopped = true
    this.stop.abort(new Error('the server is stopping'))
    this.notifyWatchers()
    this.inputLog.close()
    this.resultLog.close()
  }

  private get complete(): boolean {
    return this.status.current.state === 'running' && this.remaining === 0
  }

  private *removeStalePhotos(): Generator<void> {
    if (!this.photos.exists) return
    if (this.status.current.state === 'cancelled') return this.photos.discardAll()
    yield* this.photos.removeStale((index) => index < this.inputs.length && !this.resultIndex.rangeOf(index, 'ok'))
  }

  /** Closes the files of a job with nothing in flight: an open job may stay idle for days. */
  releaseFiles(): void {
    if (this.pending.running > 0 && !this.ended) return
    this.inputLog.releaseFile()
    this.resultLog.releaseFile()
  }

  /** The only way into a terminal state. @throws NodeJS.ErrnoException; the job hasn't ended then */
  private end(state: 'done' | 'cancelled'): void {
    if (this.ended) return
    this.status.set({ state, open: false, finished_at: new Date().toISOString() })
    if (state === 'cancelled') this.photos.discardAll()
    this.fault = null
    this.releaseFiles()
    this.notifyWatchers()
  }
}
