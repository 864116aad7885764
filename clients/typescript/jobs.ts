import { sleep } from './deadline.js'
import { VisionError } from './error.js'
import { readEvents, type ServerSentEvent } from './lines.js'
import { batches, formOf, type NamedPhoto, named, type PhotoBytes, photoBody } from './photo.js'
import { type Call, type CallOptions, given, parseReply, type Transport } from './transport.js'
import type { Job, JobCheck, PhotoResult, SimilarPhoto } from './types.js'

/** What a job classifies: photos; a ZIP of them; image URLs, which the server fetches; or a bucket. */
export type JobPhotos =
  | Iterable<NamedPhoto>
  | AsyncIterable<NamedPhoto>
  | { zip: Blob }
  | { urls: Iterable<string | { url: string; file?: string }> }
  | { source: string }

export interface JobParameters {
  /** ID or type of a model. Default: the server's default model. */
  model?: string | undefined
  top_k?: number | undefined
  threshold?: number | undefined
  /** URL that receives a signed POST with the job when it ends. */
  callback_url?: string | undefined
  /** Whether to keep the embedding of each photo, for Parquet files. */
  embeddings?: boolean | undefined
  /** Whether to look for copies, labels that look wrong, and photos of low quality. Keeps the embeddings, too. */
  check?: boolean | undefined
  /** Encoding of file names in a ZIP that doesn't declare one. */
  zip_names?: string | undefined
}

export interface CreateOptions extends CallOptions {
  /** The text of a labels file for the check. Without it, photos have the labels of their folders. */
  labels?: string | undefined
}

export interface ResultParameters {
  /** Only photos with this status. */
  status?: 'ok' | 'failed' | undefined
  /** Rows per request. Default: 1,000. */
  limit?: number | undefined
}

export interface WaitOptions extends CallOptions {
  /** Called when the job has changed. */
  onProgress?: ((job: Job) => void) | undefined
}

export interface WaitForCheckOptions extends CallOptions {
  /** Called with the state of the check. */
  onProgress?: ((check: JobCheck) => void) | undefined
}

export interface SimilarParameters {
  /** Number of photos. Default: 20. */
  k?: number | undefined
}

/** Words that photos fit, such as `red car at night`. */
export interface Words {
  text: string
}

export interface CleanedLabelsParameters {
  /** Whether labels that look wrong are replaced by the suggested ones. */
  suggestions?: boolean | undefined
}

export type ResultFormat = 'json' | 'csv' | 'xlsx' | 'ndjson' | 'parquet'

/** What happens to a job. */
export type JobEvent = { type: 'result'; result: PhotoResult } | { type: 'job'; job: Job }

const PHOTOS_PER_REQUEST = 64
const POLL_MS = 1000

/** Batch jobs. A job is read and ended by who knows its ID. */
export class Jobs {
  constructor(private readonly transport: Transport) {}

  /**
   * Creates a job and sends its photos, which must have different names. Returns once all are there; see `wait`. If it
   * fails, the job that was begun is deleted.
   *
   * @example
   * const { id } = await vision.jobs.create(photos, { check: true }, { labels: 'file,label\n1.jpg,cat\n' })
   * const { report } = await vision.jobs.waitForCheck(id)
   */
  async create(photos: JobPhotos, parameters: JobParameters = {}, options: CreateOptions = {}): Promise<Job> {
    const { labels } = options
    const { content, given } = contentOf(photos)
    if (content && labels === undefined) return this.begin({ ...parameters, ...given }, options, content)
    const job = await this.begin({ ...parameters, ...given, open: true }, options, content)
    try {
      if (labels !== undefined) await this.setCheckLabels(job.id, labels, options)
      if (!content) await this.addPhotos(job.id, photos as Iterable<NamedPhoto>, options)
      return { ...job, ...(await this.close(job.id, options)) }
    } catch (error) {
      await this.delete(job.id).catch(() => {})
      throw error
    }
  }

  get(id: string, options: CallOptions = {}): Promise<Job> {
    return this.transport.json({ path: path(id) }, options)
  }

  /** Adds photos to an open job. Photos whose name the job already has are skipped. */
  async addPhotos(
    id: string,
    photos: Iterable<NamedPhoto> | AsyncIterable<NamedPhoto>,
    options: CallOptions = {},
  ): Promise<void> {
    let count = 0
    for await (const batch of batches(photos, PHOTOS_PER_REQUEST)) {
      const body = formOf(batch.map((photo) => named(photo, count++)))
      const call: Call = { method: 'POST', path: `${path(id)}/photos`, query: { unique: true }, body }
      await this.transport.json(call, options)
    }
  }

  /** Accepts no more photos; the job ends when all are classified. */
  close(id: string, options?: CallOptions): Promise<Job> {
    return this.act(id, 'close', options)
  }

  pause(id: string, options?: CallOptions): Promise<Job> {
    return this.act(id, 'pause', options)
  }

  resume(id: string, options?: CallOptions): Promise<Job> {
    return this.act(id, 'resume', options)
  }

  /** Ends the job and keeps its results so far. */
  cancel(id: string, options?: CallOptions): Promise<Job> {
    return this.act(id, 'cancel', options)
  }

  /** Runs the failed photos again. */
  retry(id: string, options?: CallOptions): Promise<Job> {
    return this.act(id, 'retry', options)
  }

  /** Deletes the job, its photos and its results. */
  async delete(id: string, options: CallOptions = {}): Promise<void> {
    await this.transport.whole({ method: 'DELETE', path: path(id), repeatable: false }, options)
  }

  /** What happens to the job until it ends: each result once, also if the connection breaks. */
  async *events(id: string, options: CallOptions = {}): AsyncGenerator<JobEvent, void, undefined> {
    let last: string | undefined
    for (let attempt = 0; ; attempt++) {
      const call: Call = { path: `${path(id)}/events`, headers: last === undefined ? {} : { 'last-event-id': last } }
      try {
        for await (const sent of readEvents(this.transport.lines(call, options))) {
          attempt = 0
          last = sent.id ?? last
          const event = eventOf(sent)
          yield event
          if (event.type === 'job' && isEnded(event.job)) return
        }
        throw new VisionError({ code: 'unreachable', detail: 'The connection ended before the job.' })
      } catch (error) {
        await this.transport.waitToRetry(error, attempt, call, options)
      }
    }
  }

  /** Waits until the job has ended. */
  async wait(id: string, { onProgress, ...options }: WaitOptions = {}): Promise<Job> {
    let job = await this.get(id, options)
    let known = job.counts.done
    onProgress?.(job)
    if (isEnded(job)) return job
    for await (const event of this.events(id, options)) {
      if (event.type !== 'job') continue
      job = event.job
      if (job.counts.done !== known || isEnded(job)) onProgress?.(job)
      known = job.counts.done
    }
    return job
  }

  /** The results in the order in which photos are classified. While the job runs, waits for the next ones. */
  async *results(
    id: string,
    parameters: ResultParameters = {},
    options: CallOptions = {},
  ): AsyncGenerator<PhotoResult, void, undefined> {
    for (let cursor = '', more = true; more; ) {
      const call = { path: `${path(id)}/results`, query: { ...parameters, format: 'json', cursor } }
      const { headers, body } = await this.transport.whole(call, options)
      yield* parseReply<PhotoResult[]>(await body.text())
      const next = headers.get('x-next-cursor') ?? cursor
      more = headers.has('link')
      if (more && next === cursor) await sleep(POLL_MS, options.signal)
      cursor = next
    }
  }

  /** The results so far as a file, in the order of the photos. */
  async file(id: string, format: ResultFormat, options: CallOptions = {}): Promise<Blob> {
    return (await this.transport.whole({ path: `${path(id)}/results`, query: { format } }, options)).body
  }

  /** How far the check of a job is, and what it found. The job was created with `check`. */
  check(id: string, options: CallOptions = {}): Promise<JobCheck> {
    return this.transport.json({ path: `${path(id)}/check` }, options)
  }

  /**
   * Says which labels the photos of a job have. A job that is done is checked again; one that runs is checked once, with
   * these labels.
   *
   * @param labels the text of a labels file; without it, photos have the labels of their folders
   */
  setCheckLabels(id: string, labels?: string, options: CallOptions = {}): Promise<JobCheck> {
    const sent = labels === undefined ? {} : { body: labels, ...type('text/csv') }
    return this.transport.json({ method: 'POST', path: `${path(id)}/check`, ...sent }, options)
  }

  /** Waits until a job has ended and its check, too. A check that failed has a `reason`. */
  async waitForCheck(id: string, { onProgress, ...options }: WaitForCheckOptions = {}): Promise<JobCheck> {
    for (;;) {
      const check = await this.check(id, options)
      onProgress?.(check)
      if (check.state === 'done' || check.state === 'failed') return check
      if ((await this.get(id, options)).state === 'cancelled')
        throw new VisionError({ code: 'conflict', detail: 'The job was canceled: its photos are not checked.' })
      await sleep(POLL_MS, options.signal)
    }
  }

  /** A labels file (CSV) of the photos of a job that was checked, without copies. */
  async cleanedLabels(id: string, parameters: CleanedLabelsParameters = {}, options: CallOptions = {}): Promise<Blob> {
    const call = { path: `${path(id)}/cleaned-labels`, query: parameters }
    return (await this.transport.whole(call, options)).body
  }

  /**
   * The photos of a job that are most similar to a photo, the most similar first. The job keeps embeddings.
   *
   * @param like the name of a photo of the job, which isn't among them, the bytes of any photo, or words, which need a
   *   job of a text-image model
   */
  async similar(
    id: string,
    like: string | PhotoBytes | Words,
    parameters: SimilarParameters = {},
    options: CallOptions = {},
  ): Promise<SimilarPhoto[]> {
    const at = `${path(id)}/similar`
    const call: Call =
      typeof like === 'string'
        ? { path: at, query: { ...parameters, file: like } }
        : { method: 'POST', path: at, query: parameters, ...(isWords(like) ? wordsBody(like) : photoBody(like)) }
    return (await this.transport.json<{ photos: SimilarPhoto[] }>(call, options)).photos
  }

  private begin(
    parameters: JobParameters & { open?: true; source?: string },
    options: CallOptions,
    content?: Content | null,
  ): Promise<Job> {
    // Sent again with the same key, a request returns the same job.
    const headers = { ...content?.headers, 'idempotency-key': crypto.randomUUID() }
    const call = content?.body
      ? { query: parameters, ...content, headers }
      : { body: JSON.stringify(given(parameters)), headers: { ...headers, ...type('application/json').headers } }
    return this.transport.json({ method: 'POST', path: '/api/jobs', ...call }, options)
  }

  private act(id: string, action: string, options: CallOptions = {}): Promise<Job> {
    return this.transport.json({ method: 'POST', path: `${path(id)}/${action}` }, options)
  }
}

type Content = Pick<Call, 'body' | 'headers'>

/** The body of a request that creates a job; null if its photos are added afterwards. */
function contentOf(photos: JobPhotos): { content: Content | null; given: { source?: string } } {
  if ('zip' in photos) return { content: { body: photos.zip, ...type('application/zip') }, given: {} }
  if ('urls' in photos) return { content: { body: csv(photos.urls), ...type('text/csv') }, given: {} }
  return 'source' in photos ? { content: {}, given: { source: photos.source } } : { content: null, given: {} }
}

function path(id: string): string {
  return `/api/jobs/${encodeURIComponent(id)}`
}

function type(name: string): { headers: Record<string, string> } {
  return { headers: { 'content-type': name } }
}

function isEnded({ state }: Job): boolean {
  return state === 'done' || state === 'cancelled'
}

function eventOf({ event, data }: ServerSentEvent): JobEvent {
  if (event === 'job') return { type: 'job', job: parseReply(data) }
  const { index, row } = parseReply<{ index: number; row: Omit<PhotoResult, 'index'> }>(data)
  return { type: 'result', result: { ...row, index } }
}

function csv(urls: Iterable<string | { url: string; file?: string }>): string {
  const lines = [...urls].map((each) => (typeof each === 'string' ? [each, ''] : [each.url, each.file ?? '']))
  return [['url', 'file'], ...lines].map((line) => `${line.map(csvCell).join(',')}\r\n`).join('')
}

/** Text as a cell of a CSV file. */
export function csvCell(text: string): string {
  return `"${text.replaceAll('"', '""')}"`
}

/** A blob has `text`, too, but as a function. */
function isWords(like: PhotoBytes | Words): like is Words {
  return 'text' in like && typeof like.text === 'string'
}

function wordsBody({ text }: Words): { body: string; headers: Record<string, string> } {
  return { body: JSON.stringify({ text }), headers: { 'content-type': 'application/json' } }
}
