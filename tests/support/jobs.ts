import { appendFileSync, copyFileSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { ZipFile } from 'yazl'
import type { Job } from '@/lib/shared/jobs'
import type { ResultRow } from '@/lib/shared/results'

const NAMES = readdirSync('public/gallery').filter((name) => name.endsWith('.webp'))

/** So many photos, of which no two are the same to the last byte. */
export function distinctPhotos(count: number): { file: string; bytes: Buffer }[] {
  const photos = NAMES.map((name) => readFileSync(join('public/gallery', name)))
  return Array.from({ length: count }, (_, i) => ({
    file: `photos/${String(i).padStart(5, '0')}.webp`,
    bytes: Buffer.concat([photos[i % photos.length] as Buffer, Buffer.from(String(i))]),
  }))
}

/** The same as files in a folder. */
export function distinctFiles(folder: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => {
    const path = join(folder, `${String(i).padStart(4, '0')}.webp`)
    copyFileSync(join('public/gallery', NAMES[i % NAMES.length] as string), path)
    appendFileSync(path, String(i))
    return path
  })
}

export function formOf(photos: readonly { file: string; bytes: Buffer }[]): FormData {
  const form = new FormData()
  for (const { file, bytes } of photos) form.append('files', new Blob([new Uint8Array(bytes)]), file)
  return form
}

export async function zipOf(photos: readonly { file: string; bytes: Buffer }[]): Promise<Buffer> {
  const zip = new ZipFile()
  for (const { file, bytes } of photos) zip.addBuffer(bytes, file)
  zip.end()
  const chunks: Buffer[] = []
  for await (const chunk of zip.outputStream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

/** Makes a job that must succeed. */
export async function createJob(
  url: string,
  body: BodyInit | null,
  query = '',
  headers: HeadersInit = {},
): Promise<Job> {
  const reply = await fetch(`${url}/api/jobs${query}`, { method: 'POST', body, headers })
  const job = (await reply.json()) as Job
  expect([reply.status, job]).toEqual([201, expect.objectContaining({ id: expect.any(String) })])
  expect(reply.headers.get('location')).toBe(`/api/jobs/${job.id}`)
  return job
}

export async function jobOf(url: string, id: string): Promise<Job> {
  return (await (await fetch(`${url}/api/jobs/${id}`)).json()) as Job
}

/** Asks until the job stands so. */
export async function jobWhen(url: string, id: string, holds: (job: Job) => boolean): Promise<Job> {
  for (const start = Date.now(); Date.now() - start < 45_000; await sleep(20)) {
    const job = await jobOf(url, id)
    if (holds(job)) return job
  }
  throw new Error(`it never came true: ${JSON.stringify(await jobOf(url, id))}`)
}

export const jobDone = (url: string, id: string) => jobWhen(url, id, ({ state }) => state === 'done')

export async function resultsOf(url: string, id: string, query = ''): Promise<ResultRow[]> {
  const reply = await fetch(`${url}/api/jobs/${id}/results?format=ndjson${query}`)
  expect(reply.status).toBe(200)
  const text = (await reply.text()).trim()
  return text === '' ? [] : text.split('\n').map((line) => JSON.parse(line) as ResultRow)
}
