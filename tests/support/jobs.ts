import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import type { Job } from '@/lib/shared/contract/jobs'
import type { ResultRow } from '@/lib/shared/results/columns'

/** Creates a job that must succeed. */
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

/** Only a job that stands still takes longer, even on a machine with other work. */
const PATIENCE_MS = 150_000

/** Polls until the condition holds. */
export async function jobWhen(url: string, id: string, condition: (job: Job) => boolean): Promise<Job> {
  for (const start = Date.now(); Date.now() - start < PATIENCE_MS; await sleep(20)) {
    const job = await jobOf(url, id)
    if (condition(job)) return job
  }
  throw new Error(`the condition never held: ${JSON.stringify(await jobOf(url, id))}`)
}

export const jobDone = (url: string, id: string) => jobWhen(url, id, ({ state }) => state === 'done')

export async function resultsOf(url: string, id: string, query = ''): Promise<ResultRow[]> {
  const reply = await fetch(`${url}/api/jobs/${id}/results?format=ndjson${query}`)
  expect(reply.status).toBe(200)
  const text = (await reply.text()).trim()
  return text === '' ? [] : text.split('\n').map((line) => JSON.parse(line) as ResultRow)
}
