import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { randomNumbers } from '@/lib/shared/metrics/random'
import { createJob, jobDone, jobWhen, resultsOf } from '../support/jobs'
import { distinctPhotos, formOf } from '../support/many-photos'
import { startServer } from '../support/server'

const PHOTOS = 1000
const KILLS = 20

test('each photo of a job with 1,000 has one result after kills at twenty random moments', async () => {
  const seed = Number(process.env.SEED ?? Date.now() % 1e6)
  const random = randomNumbers(seed)
  const points = Array.from({ length: KILLS }, () => Math.floor(random() * PHOTOS * 0.95)).sort((a, b) => a - b)
  console.log(`SEED=${seed}, killed after ${points.join(', ')} photos`)
  const folder = mkdtempSync(join(tmpdir(), 'jobs-'))
  const start = () => startServer({ env: { LOG_LEVEL: 'warn', DATA_DIR: folder } })
  const photos = distinctPhotos(PHOTOS)
  let server = await start()
  try {
    const { id } = await createJob(server.url, formOf(photos))
    for (const point of points) {
      await jobWhen(server.url, id, ({ counts }) => counts.done >= point)
      server.child.kill('SIGKILL')
      await once(server.child, 'exit')
      server = await start()
    }
    await jobDone(server.url, id)
    const rows = await resultsOf(server.url, id)
    expect(rows.map(({ file, status }) => [file, status])).toEqual(photos.map(({ file }) => [file, 'ok']))
    const lines = readFileSync(join(folder, 'jobs', id, 'results.ndjson'), 'utf8')
      .trim()
      .split('\n')
    expect(new Set(lines.map((line) => JSON.parse(line).index)).size).toBe(PHOTOS)
    expect(lines).toHaveLength(PHOTOS)
  } finally {
    await server.stop()
    rmSync(folder, { recursive: true })
  }
})
