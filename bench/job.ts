import { setTimeout as sleep } from 'node:timers/promises'
import type { Job } from '@/lib/shared/contract/jobs'
import type { TestServer } from '../tests/support/server'

/** Photos per request. */
const UPLOAD = 100

/** Photos that differ in their last bytes, so that each one runs. */
export function* distinct(bodies: readonly Buffer[], count: number, from = 0): Generator<Buffer> {
  for (let i = from; i < from + count; i++)
    yield Buffer.concat([bodies[i % bodies.length] as Buffer, Buffer.from(`${i}`)])
}

async function upload(url: string, id: string, photos: Iterable<Buffer>): Promise<void> {
  let form = new FormData()
  let count = 0
  const send = async () => {
    const reply = await fetch(`${url}/api/jobs/${id}/photos`, { method: 'POST', body: form })
    if (!reply.ok) throw new Error(await reply.text())
    form = new FormData()
  }
  for (const photo of photos) {
    form.append('files', new Blob([new Uint8Array(photo)]), `${count++}.jpg`)
    if (count % UPLOAD === 0) await send()
  }
  if (count % UPLOAD > 0) await send()
}

export interface JobRun {
  photos: number
  seconds: number
}

/**
 * Measures a job until its last result, either from its first photo including uploads, or from the moment when all
 * photos are uploaded.
 *
 * @param started called before the uploaded photos start running
 * @param watch called several times per second with the number of finished photos
 */
export async function job(
  { url }: TestServer,
  photos: Iterable<Buffer>,
  { uploaded = false, watch = (_done: number) => {}, started = async (): Promise<void> => {} } = {},
): Promise<JobRun> {
  const call = async (path: string, method = 'POST') =>
    (await (await fetch(`${url}/api/jobs${path}`, { method })).json()) as Job
  let start = performance.now()
  const { id } = await call('?open=1')
  if (uploaded) await call(`/${id}/pause`)
  let sending = true
  const sent = upload(url, id, photos).then(() => {
    sending = false
  })
  while (sending) {
    await Promise.race([sent, sleep(250)])
    watch((await call(`/${id}`, 'GET')).counts.done)
  }
  await call(`/${id}/close`)
  if (uploaded) {
    const meanwhile = started()
    start = performance.now()
    await call(`/${id}/resume`)
    await meanwhile
  }
  for (;;) {
    const { state, counts } = await call(`/${id}`, 'GET')
    watch(counts.done)
    if (state === 'done') return { photos: counts.ok, seconds: (performance.now() - start) / 1000 }
    await sleep(100)
  }
}
