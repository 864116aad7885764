import type { DeadLetter, Job, JobParameters, JobPhotos, JobState } from '@/lib/shared/contract/jobs'
import type { ProblemCode } from '@/lib/shared/problems/problem'
import type { ModelName, ResultRow } from '@/lib/shared/results/columns'

/** What a job was made with. It never changes. */
export interface JobSpec {
  id: string
  model: ModelName
  top_k: number
  threshold: number
  created_at: string
  /** Where its end is told, and what that is signed with. */
  callback?: { url: string; secret: string }
  /** Where its photos are listed from, `s3://bucket/prefix`. */
  source?: string
  /** The Idempotency-Key that made it. */
  key?: string
}

/** One photo of a job: a file that was uploaded, an address, an object of a bucket, or what there is instead of one. */
export interface JobInput {
  file: string
  url?: string
  object?: BucketObject
  /** Why it could not be taken out of its archive: it fails with this. */
  problem?: { code: ProblemCode; detail: string }
}

/** A photo of a bucket, as it was when it was listed. */
export interface BucketObject {
  bucket: string
  key: string
  size: number
  etag: string
  version?: string
}

/** The result of a photo as it is told. */
export interface ResultLine {
  /** Of the photo in its job, from 0. */
  index: number
  /** 0, and one more each time that failed photos are tried again. */
  round: number
  row: ResultRow
}

/** Photos on their way into a job: they count together or, where the upload breaks, not at all. */
export interface Draft {
  /** @throws Problem `storage_full` */
  add(input: JobInput, bytes?: Uint8Array): Promise<void>
  readonly count: number
  /** Bytes that it holds in memory, where it does. */
  readonly heldBytes?: number
}

/** A result, and the place behind it in the order of their being done. */
export interface PositionedResult {
  value: ResultLine
  next: string
}

/** Which results of a job are read. */
export interface ResultRange {
  /** Index of the first photo. */
  offset?: number
  only?: ResultRow['status'] | undefined
}

export interface Backlog {
  /** Without those of jobs that are paused. */
  photos: number
  /** How long the job that has waited longest has got nothing done, though it could. */
  waitSeconds: number
}

/** All jobs at one moment. */
export interface JobStats {
  /** How many there are of each state. */
  states: Record<JobState, number>
  backlog: Backlog
}

/** Whether jobs go on, as this server sees it. */
export interface JobsHealth {
  state: 'ok' | 'waiting'
  /** What some of them wait for, or all. */
  reason: 'lease' | 'storage_full' | 'storage_unavailable' | 'redis_unavailable' | null
}

/** Follows one job for one listener, who leaves in the end. */
export interface JobFeed {
  /** Results in the order of their being done, from a place on that an earlier call has told; from the first on where the place is none. */
  resultsSince(position: string): AsyncIterable<PositionedResult>
  view(): Promise<Job>
  /** Waits for something to happen, `ms` at most. Whether it did. */
  waitForChange(ms: number): Promise<boolean>
  /** Whether nothing more will be told: the job was deleted, or this server stops. */
  readonly stopped: boolean
  close(): void
}

/**
 * Batch jobs, wherever they are kept and run. Every call that names a job rejects with Problem `unknown_job` where there is none; every call
 * that writes may reject with `storage_full`, and any with `not_ready` while what they are kept in cannot be had.
 */
export interface JobBackend {
  /** A folder of this machine for what is on its way in. */
  readonly uploadFolder: string
  /**
   * Makes a job of what `fill` adds. With a key, a second call that adds the same gets the same job.
   *
   * @throws Problem `unknown_model`, `conflict` where the key belongs to something else, and what `fill` throws
   */
  create(
    parameters: JobParameters,
    fill: (draft: Draft) => Promise<void>,
    key?: string,
  ): Promise<{ job: Job; created: boolean }>
  view(id: string): Promise<Job>
  list(): Promise<Job[]>
  /**
   * Adds photos to a job that is open.
   *
   * @param unique leaves out what the job has by that name, so that an upload whose reply was lost can be sent again
   * @throws Problem `conflict` where it is not, or is closed meanwhile: it says how many photos were taken (`addAll`)
   */
  add(id: string, fill: (draft: Draft) => Promise<void>, unique?: boolean): Promise<Job>
  /** Takes no more photos. */
  close(id: string): Promise<Job>
  /** Takes up no photo until it is told to go on. What runs is finished. */
  pause(id: string, paused: boolean): Promise<Job>
  cancel(id: string): Promise<Job>
  /** Runs the failed ones again. @throws Problem `conflict` where the job was cancelled */
  retryFailed(id: string): Promise<Job>
  remove(id: string): Promise<void>
  /** Names of the photos, in the order of their index. */
  photos(id: string, offset: number, limit: number): Promise<JobPhotos>
  /** The results that are there, each with its index, in the order of the photos. */
  results(id: string, range: ResultRange): Promise<AsyncIterable<ResultRow>>
  /**
   * The results that count in the order of their being done, from a place on that an earlier call has told, or from the first on where it is ''. While the job
   * runs, each comes once: what is done later has a later place, also where it takes the place of an earlier result of the same photo.
   *
   * @throws Problem `invalid_parameter` where the place is none of this job's, `conflict` where it is none any more
   */
  resultsSince(id: string, position: string): Promise<AsyncIterable<PositionedResult>>
  feed(id: string): Promise<JobFeed>
  /** What `/health/status` says of them. */
  health?(): JobsHealth
  /** How many there are, and what they still have to do. */
  stats(): Promise<JobStats>
  /** What all jobs together still have to do; only where others than this process do the work. */
  backlog?(): Promise<Backlog>
  /** Work that was given up after many attempts, the latest first; only where others than this process do the work. */
  deadLetters?(): Promise<DeadLetter[]>
  /** Finishes what runs; the rest goes on at the next start, or elsewhere. */
  shutDown(): Promise<void>
}
