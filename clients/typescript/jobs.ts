import { sleep } from './deadline.js'
import { VisionError } from './error.js'
import { readEvents, type ServerSentEvent } from './lines.js'
import { batches, formOf, type NamedPhoto, named } from './photo.js'
import { type Call, type CallOptions, given, parseReply, type Transport } from './transport.js'
import type { Job, PhotoResult } from './types.js'

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
   */
  async create(photos: JobPhotos, parameters: JobParameters = {}, options: CallOptions = {}): Promise<Job> {
    if ('zip' in photos) return this.begin(parameters, options, { body: photos.zip, ...type('application/zip') })
    if ('urls' in photos) return this.begin(parameters, options, { body: csv(photos.urls), ...type('text/csv') })
    if ('source' in photos) return this.begin({ ...parameters, source: photos.source }, options)
    const job = await this.begin({ ...parameters, open: true }, options)
    try {
      await this.addPhotos(job.id, photos, options)
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

  private begin(
    parameters: JobParameters & { open?: true; source?: string },
    options: CallOptions,
    content?: Pick<Call, 'body' | 'headers'>,
  ): Promise<Job> {
    // Sent again with the same key, a request returns the same job.
    const headers = { ...content?.headers, 'idempotency-key': crypto.randomUUID() }
    const call = content
      ? { query: parameters, ...content, headers }
      : { body: JSON.stringify(given(parameters)), headers: { ...headers, ...type('application/json').headers } }
    return this.transport.json({ method: 'POST', path: '/api/jobs', ...call }, options)
  }

  private act(id: string, action: string, options: CallOptions = {}): Promise<Job> {
    return this.transport.json({ method: 'POST', path: `${path(id)}/${action}` }, options)
  }
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
