import type { JobCheck, SimilarPhotosReply } from '@/lib/shared/contract/check'
import type { Label } from '@/lib/shared/contract/contract'
import type { Job, JobPhotos } from '@/lib/shared/contract/jobs'
import { underBase } from '@/lib/shared/web/base-path'
import { choiceQuery } from '@/lib/shared/zero-shot/choice'
import { OFFLINE, parseAnswer, parseFailure } from '../api/failure'

/** Options that a batch is created with. */
export interface BatchSettings {
  /** Type or ID, or a text-image model with labels (`formatChoice`). */
  model: string
  /** Null for a multi-label model: all labels that apply. */
  topK: number | null
  threshold: number
  /** Whether its photos are checked once all of them are done. */
  check?: boolean
}

export type JobAction = 'close' | 'pause' | 'resume' | 'cancel' | 'retry'

/** Slow connections get smaller uploads; an upload that exceeds this is sent again. The server allows two minutes. */
const UPLOAD_TIMEOUT_MS = 110_000
const REQUEST_TIMEOUT_MS = 30_000

/**
 * Creates a job of the photos in a bucket, or an open one, which photos are then added to. Rejects with a `Failure`,
 * like every function here.
 *
 * @param source `s3://bucket/prefix`; null for an open job
 */
export function createJob(
  { model, topK, threshold, check = false }: BatchSettings,
  source: string | null = null,
): Promise<Job> {
  const query = new URLSearchParams({ ...choiceQuery(model), threshold: String(threshold) })
  if (topK !== null) query.set('top_k', String(topK))
  if (check) query.set('check', 'true')
  if (source === null) query.set('open', '1')
  else query.set('source', source)
  return request<Job>(underBase(`/api/jobs?${query}`), { method: 'POST' })
}

/** Adds photos. The server skips names that the job already has, so the call is safe to repeat. */
export function addPhotos(
  id: string,
  photos: readonly { path: string; blob: Blob }[],
  signal: AbortSignal,
): Promise<Job> {
  const form = new FormData()
  for (const { path, blob } of photos) form.append('files', blob, path)
  return request<Job>(
    `${jobPath(id)}/photos?unique=1`,
    { method: 'POST', body: form },
    AbortSignal.any([signal, AbortSignal.timeout(UPLOAD_TIMEOUT_MS)]),
  )
}

export function fetchJob(id: string): Promise<Job> {
  return request<Job>(jobPath(id))
}

export function postAction(id: string, action: JobAction): Promise<Job> {
  return request<Job>(`${jobPath(id)}/${action}`, { method: 'POST' })
}

/** Closes a job while the page is left, when nothing can wait for the answer. */
export function closeOnLeave(id: string): void {
  void fetch(`${jobPath(id)}/close`, { method: 'POST', keepalive: true }).catch(() => {})
}

/** Deletes a job and its results. Succeeds if the job no longer exists. */
export async function deleteJob(id: string): Promise<void> {
  await fetch(jobPath(id), { method: 'DELETE', signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) }).catch(() => {
    throw OFFLINE
  })
}

/** The names of all photos in a job. */
export async function listJobPhotos(id: string): Promise<string[]> {
  const names: string[] = []
  for (;;) {
    const { files, total } = await request<JobPhotos>(`${jobPath(id)}/photos?offset=${names.length}`)
    names.push(...files)
    if (names.length >= total || files.length === 0) return names
  }
}

/** The check of a job, and how far it is. */
export function fetchCheck(id: string): Promise<JobCheck> {
  return request<JobCheck>(`${jobPath(id)}/check`)
}

/** Checks a job again. @param labels CSV; null for labels by folder */
export function postCheck(id: string, labels: string | null, signal: AbortSignal): Promise<JobCheck> {
  const body = labels === null ? {} : { body: labels, headers: { 'content-type': 'text/csv' } }
  return request<JobCheck>(
    `${jobPath(id)}/check`,
    { method: 'POST', ...body },
    AbortSignal.any([signal, AbortSignal.timeout(UPLOAD_TIMEOUT_MS)]),
  )
}

/** The photos of a job that are most similar to one of them, the most similar first. */
export async function fetchSimilar(id: string, file: string, count: number, signal: AbortSignal): Promise<string[]> {
  const query = new URLSearchParams({ file, k: String(count) })
  const { photos } = await request<SimilarPhotosReply>(
    `${jobPath(id)}/similar?${query}`,
    {},
    AbortSignal.any([signal, AbortSignal.timeout(UPLOAD_TIMEOUT_MS)]),
  )
  return photos.map(({ file }) => file)
}

/** The photos of a job that a text fits best, the best first. Its model takes texts. */
export async function searchByWords(id: string, text: string, count: number, signal: AbortSignal): Promise<string[]> {
  const { photos } = await request<SimilarPhotosReply>(
    `${jobPath(id)}/similar`,
    {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ text, k: count }),
    },
    AbortSignal.any([signal, AbortSignal.timeout(UPLOAD_TIMEOUT_MS)]),
  )
  return photos.map(({ file }) => file)
}

/**
 * The vectors of a job's photos, as a file that `readVectors` reads.
 *
 * @param onProgress called with the share that is loaded, from 0 to 1
 */
export async function fetchVectors(
  id: string,
  onProgress: (done: number) => void,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const path = `${jobPath(id)}/vectors`
  const response = await fetch(path, { signal }).catch(() => {
    signal.throwIfAborted()
    throw OFFLINE
  })
  if (!response.ok || !response.body)
    throw parseFailure(response.status, await response.text(), response.headers.get('retry-after'))
  const total = Number(response.headers.get('content-length'))
  const pieces: Uint8Array<ArrayBuffer>[] = []
  let loaded = 0
  try {
    for (let reader = response.body.getReader(); ; ) {
      const { done, value } = await reader.read()
      if (done) break
      pieces.push(value)
      loaded += value.length
      // A proxy that compresses leaves the length out.
      if (total > 0) onProgress(Math.min(1, loaded / total))
    }
  } catch {
    signal.throwIfAborted()
    throw OFFLINE
  }
  return new Uint8Array(await new Blob(pieces).arrayBuffer())
}

/** The URL of a job's labels without copies. @param suggestions whether labels that look wrong are replaced */
export function cleanedLabelsPath(id: string, suggestions: boolean): string {
  return `${jobPath(id)}/cleaned-labels${suggestions ? '?suggestions=true' : ''}`
}

/** The classes of a model, in the order of its outputs. */
export async function fetchClasses(model: string): Promise<readonly Label[]> {
  const { labels } = await request<{ labels: Label[] }>(underBase(`/api/models/${encodeURIComponent(model)}/labels`))
  return labels
}

/** The URL of a job's event stream. */
export function eventsPath(id: string): string {
  return `${jobPath(id)}/events`
}

function jobPath(id: string): string {
  return underBase(`/api/jobs/${encodeURIComponent(id)}`)
}

async function request<T>(
  path: string,
  init: RequestInit = {},
  signal = AbortSignal.timeout(REQUEST_TIMEOUT_MS),
): Promise<T> {
  let response: Response
  let text: string
  try {
    response = await fetch(path, { ...init, signal })
    text = await response.text()
  } catch {
    throw OFFLINE
  }
  if (!response.ok) throw parseFailure(response.status, text, response.headers.get('retry-after'))
  return parseAnswer<T>(text)
}
