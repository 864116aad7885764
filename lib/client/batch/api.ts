import type { Label } from '@/lib/shared/contract/contract'
import type { Job, JobPhotos } from '@/lib/shared/contract/jobs'
import { underBase } from '@/lib/shared/web/base-path'
import { OFFLINE, parseFailure } from '../api/failure'

/** What a batch is made with. */
export interface BatchSettings {
  /** Type or id. */
  model: string
  topK: number
  threshold: number
}

export type JobAction = 'close' | 'pause' | 'resume' | 'cancel' | 'retry'

/** A slow line gets less at once; what takes longer than this is sent again. The server gives a request two minutes. */
const UPLOAD_MS = 110_000
const CALL_MS = 30_000

/** Makes a job that more photos follow to. Rejects with a `Failure`, as all of these do. */
export function createJob({ model, topK, threshold }: BatchSettings): Promise<Job> {
  const query = new URLSearchParams({ model, top_k: String(topK), threshold: String(threshold), open: '1' })
  return call<Job>(underBase(`/api/jobs?${query}`), { method: 'POST' })
}

/** Adds photos. Those that the job has by name are left out there, so that it may be done again. */
export function addPhotos(
  id: string,
  photos: readonly { path: string; blob: Blob }[],
  signal: AbortSignal,
): Promise<Job> {
  const form = new FormData()
  for (const { path, blob } of photos) form.append('files', blob, path)
  return call<Job>(
    `${jobPath(id)}/photos?unique=1`,
    { method: 'POST', body: form },
    AbortSignal.any([signal, AbortSignal.timeout(UPLOAD_MS)]),
  )
}

export function fetchJob(id: string): Promise<Job> {
  return call<Job>(jobPath(id))
}

export function act(id: string, action: JobAction): Promise<Job> {
  return call<Job>(`${jobPath(id)}/${action}`, { method: 'POST' })
}

/** Deletes a job with its results; one that is gone is as good. */
export async function deleteJob(id: string): Promise<void> {
  await fetch(jobPath(id), { method: 'DELETE', signal: AbortSignal.timeout(CALL_MS) }).catch(() => {
    throw OFFLINE
  })
}

/** The names of all photos that a job has. */
export async function listJobPhotos(id: string): Promise<string[]> {
  const names: string[] = []
  for (;;) {
    const { files, total } = await call<JobPhotos>(`${jobPath(id)}/photos?offset=${names.length}`)
    names.push(...files)
    if (names.length >= total || files.length === 0) return names
  }
}

/** The classes of a model, in the order of its outputs. */
export async function fetchClasses(model: string): Promise<readonly Label[]> {
  const { labels } = await call<{ labels: Label[] }>(underBase(`/api/models/${encodeURIComponent(model)}/labels`))
  return labels
}

/** Where its events are told. */
export function eventsPath(id: string): string {
  return `${jobPath(id)}/events`
}

function jobPath(id: string): string {
  return underBase(`/api/jobs/${encodeURIComponent(id)}`)
}

async function call<T>(path: string, init: RequestInit = {}, signal = AbortSignal.timeout(CALL_MS)): Promise<T> {
  let reply: Response
  let text: string
  try {
    reply = await fetch(path, { ...init, signal })
    text = await reply.text()
  } catch {
    throw OFFLINE
  }
  if (!reply.ok) throw parseFailure(reply.status, text, reply.headers.get('retry-after'))
  return JSON.parse(text) as T
}
