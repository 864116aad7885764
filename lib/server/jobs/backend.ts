import type { DeadLetter, Job, JobParameters, JobPhotos, JobState } from '@/lib/shared/contract/jobs'
import type { ProblemCode } from '@/lib/shared/problems/problem'
import type { ModelName, ResultRow } from '@/lib/shared/results/columns'
import type { LabelWords } from '@/lib/shared/zero-shot/candidate-labels'
import type { StoredCheck } from './check/stored-check'

/** The fixed parameters of a job. */
export interface JobSpec {
  id: string
  model: ModelName
  top_k: number
  /** Whether a multi-label model returns every label that applies, because no number of labels was requested. */
  all_selected?: true
  threshold: number
  /** Whether any number of the model's labels may apply to a photo. */
  multi_label?: true
  /** Whether the results have embeddings. */
  embeddings?: true
  /** Whether the photos are checked when the job is done. Only with embeddings. */
  check?: true
  /** Labels in words, for a text-image model. */
  words?: LabelWords
  created_at: string
  /** Where the callback is sent, and the secret that signs it. */
  callback?: { url: string; secret: string }
  /** Where its photos are listed from, `s3://bucket/prefix`. */
  source?: string
  /** The API key that created it, if its photos are counted when they are listed. */
  charged_to?: string
  /** The Idempotency-Key that it was created with. */
  key?: string
}

/** One photo of a job: an uploaded file, a URL, a bucket object, or the reason why there is no photo. */
export interface JobInput {
  file: string
  url?: string
  object?: BucketObject
  /** Why there is no photo: it couldn't be extracted from its archive, or a quota is used up. It fails with this. */
  problem?: { code: ProblemCode; detail: string }
}

/** A photo in a bucket, as it was when it was listed. */
export interface BucketObject {
  bucket: string
  key: string
  size: number
  etag: string
  version?: string
}

/** The stored result of a photo. */
export interface ResultLine {
  /** The photo's index in its job, from 0. */
  index: number
  /** 0, plus 1 for each retry of the failed photos. */
  round: number
  row: ResultRow
}

/** Photos being added to a job. For a new job, either all of them count or, if the upload breaks, none. */
export interface Draft {
  /** @throws Problem `storage_full` */
  add(input: JobInput, bytes?: Uint8Array): Promise<void>
  readonly count: number
  /** Bytes held in memory, if any. */
  readonly heldBytes?: number
}

/** A result, and the position after it in the order in which photos finish. */
export interface PositionedResult {
  value: ResultLine
  next: string
}

/** Which results of a job to read. */
export interface ResultRange {
  /** Index of the first photo. */
  offset?: number
  only?: ResultRow['status'] | undefined
}

export interface Backlog {
  /** Pending photos, not counting those of paused jobs. */
  photos: number
  /** How long the job that has waited longest has made no progress although it could. */
  waitSeconds: number
}

/** All jobs at one moment. */
export interface JobStats {
  /** Number of jobs in each state. */
  states: Record<JobState, number>
  backlog: Backlog
}

/** Whether jobs make progress, as far as this server can tell. */
export interface JobsHealth {
  state: 'ok' | 'waiting'
  /** What some or all jobs are waiting for. */
  reason: 'lease' | 'storage_full' | 'storage_unavailable' | 'redis_unavailable' | null
}

/** Follows one job for one listener. The listener closes it. */
export interface JobFeed {
  /**
   * Results in the order in which photos finish, from a position that an earlier call returned; all of them if the
   * position is unknown.
   */
  resultsSince(position: string): AsyncIterable<PositionedResult>
  view(): Promise<Job>
  /** Waits up to `ms` for a change. @returns whether there was one */
  waitForChange(ms: number): Promise<boolean>
  /** Whether there will be no more results, because the job was deleted or the server is stopping. */
  readonly stopped: boolean
  close(): void
}

/**
 * Batch jobs, wherever they are stored and run. Calls with a job's ID reject with Problem `unknown_job` if there is no
 * such job. Calls that write may reject with `storage_full`, and any call with `not_ready` while the storage is
 * unavailable.
 */
export interface JobBackend {
  /** A local folder for uploads in progress. */
  readonly uploadFolder: string
  /**
   * Creates a job with the photos that `fill` adds. With a key, a second call that adds the same photos returns the
   * same job.
   *
   * @param chargedTo the API key that photos of a source are counted for
   * @throws Problem `unknown_model`, `conflict` if the key belongs to a different job, and what `fill` throws
   */
  create(
    parameters: JobParameters,
    fill: (draft: Draft) => Promise<void>,
    key?: string,
    chargedTo?: string,
  ): Promise<{ job: Job; created: boolean }>
  view(id: string): Promise<Job>
  list(): Promise<Job[]>
  /**
   * Adds photos to an open job.
   *
   * @param unique skips photos whose names the job already has, so that an upload whose response was lost can be sent
   *   again
   * @throws Problem `conflict` if the job isn't open or is closed meanwhile; the detail says how many photos were
   *   added (see `addPhotos`)
   */
  add(id: string, fill: (draft: Draft) => Promise<void>, unique?: boolean): Promise<Job>
  /** Accepts no more photos. */
  close(id: string): Promise<Job>
  /** Starts no more photos until it is resumed. Photos in flight finish. */
  pause(id: string, paused: boolean): Promise<Job>
  cancel(id: string): Promise<Job>
  /** Runs the failed photos again. @throws Problem `conflict` if the job was cancelled */
  retryFailed(id: string): Promise<Job>
  remove(id: string): Promise<void>
  /** Photo names, by index. */
  photos(id: string, offset: number, limit: number): Promise<JobPhotos>
  /** The results so far, each with its index, in the order of the photos. */
  results(id: string, range: ResultRange): Promise<AsyncIterable<ResultRow>>
  /**
   * The results that count, in the order in which photos finish, from a position that an earlier call returned, or all
   * of them for ''. While the job runs, each comes once: a later result has a later position, even if it replaces an
   * earlier result of the same photo.
   *
   * @throws Problem `invalid_parameter` if the position isn't of this job, `conflict` if it is no longer valid
   */
  resultsSince(id: string, position: string): Promise<AsyncIterable<PositionedResult>>
  feed(id: string): Promise<JobFeed>
  /** The parameters of a job. */
  spec(id: string): Promise<JobSpec>
  /** What the latest check found; null if there was none yet. */
  readCheck(id: string): Promise<StoredCheck | null>
  /** Replaces what the latest check found. */
  writeCheck(id: string, check: StoredCheck): Promise<void>
  /**
   * The vectors of its photos that were stored with the results when the job had finished at this time; null if there
   * are none. Only if reading the results again takes much longer.
   */
  readVectors?(id: string, finishedAt: string): Promise<AsyncIterable<Uint8Array> | null>
  /** Stores them, in place of those of any other time. */
  writeVectors?(id: string, finishedAt: string, pieces: Iterable<Uint8Array>): Promise<void>
  /** Has a worker check a job again, unless one is asked already; only if other processes do the work. */
  requestCheck?(id: string): Promise<void>
  /** Whether a worker is asked to check a job again; only if other processes do the work. */
  isCheckRequested?(id: string): Promise<boolean>
  /** The share of a check that a worker has done, from 0 to 1; null if none runs; only if other processes do the work. */
  checkProgress?(id: string): Promise<number | null>
  /** The jobs part of `/health/status`. */
  health?(): JobsHealth
  /** How many jobs there are, and their backlog. */
  stats(): Promise<JobStats>
  /** The backlog of all jobs; only if other processes do the work. */
  backlog?(): Promise<Backlog>
  /** Shards that failed too often, the latest first; only if other processes do the work. */
  deadLetters?(): Promise<DeadLetter[]>
  /** Finishes what is in flight. The rest continues at the next start, or on another machine. */
  shutDown(): Promise<void>
}
