import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Job } from '@/lib/shared/contract/jobs'
import { openFaults } from '../support/faults'
import { jobDone, resultsOf } from '../support/jobs'
import { distinctPhotos, formOf } from '../support/many-photos'
import { NO_COMPILER } from '../support/preload'
import { startServer } from '../support/server'

const photos = distinctPhotos(3)

test('a job exists once and is complete after a kill at any step of creating, running or ending it, and a retry', async ({
  skip,
}) => {
  const data = mkdtempSync(join(tmpdir(), 'jobs-'))
  const faults = openFaults(data, ['/lease', '/trash/'])
  if (!faults) return skip(NO_COMPILER)
  const env = { LOG_LEVEL: 'warn', DATA_DIR: data, ENGINE_WORKERS: '1', ADMIN_TOKEN: 'open sesame', ...faults.env }
  let server = await startServer({ env })
  try {
    let happened = true
    let at = 0
    while (happened) {
      at++
      const headers = { 'idempotency-key': `killed at ${at}` }
      const make = async () => {
        const reply = await fetch(`${server.url}/api/jobs?model=fast`, {
          method: 'POST',
          body: formOf(photos),
          headers,
        })
        return (await reply.json()) as Job
      }
      const ended = once(server.child, 'exit')
      faults.arm(at, 'kill')
      const through = make()
        .then(({ id }) => jobDone(server.url, id))
        .catch(() => {})
      await Promise.race([through, ended])
      happened = faults.disarm().happened
      if (happened) {
        await ended
        server = await startServer({ env })
      }
      const { id } = await make()
      expect((await jobDone(server.url, id)).counts).toEqual({ total: 3, done: 3, ok: 3, failed: 0 })
      expect((await resultsOf(server.url, id)).map(({ file }) => file)).toEqual(photos.map(({ file }) => file))
      const list = await fetch(`${server.url}/api/jobs`, { headers: { authorization: 'Bearer open sesame' } })
      expect(((await list.json()) as { jobs: Job[] }).jobs).toHaveLength(at)
    }
    console.log(`killed at ${at - 1} steps`)
    expect(at).toBeGreaterThan(30)
  } finally {
    await server.stop()
    faults.remove()
    rmSync(data, { recursive: true })
  }
})
