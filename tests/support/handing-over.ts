import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import type { ResultLine } from '@/lib/server/jobs/backend'
import { statusSchema } from '@/lib/shared/contract/contract'
import { answer, classify, refusal } from './http'
import { createJob, jobDone, jobOf, resultsOf } from './jobs'
import { distinctPhotos, formOf, zipOf } from './many-photos'
import { espresso } from './photos'
import { startServer, type TestServer } from './server'

const DAYS_S = 86_400

/** The state of a server's jobs in `/health/status`. */
export async function jobsOf({ url }: TestServer) {
  return statusSchema.parse(await (await fetch(`${url}/health/status`)).json()).jobs
}

/** Waits until a server holds the jobs folder. Returns how long that took (milliseconds). */
async function holds(server: TestServer, most: number): Promise<number> {
  const before = performance.now()
  while ((await jobsOf(server))?.state !== 'ok') {
    expect(performance.now() - before, server.output().slice(-2000)).toBeLessThan(most)
    await sleep(50)
  }
  return performance.now() - before
}

/** Waits until a server has finished this many photos of a job. */
async function reaches(server: TestServer, id: string, done: number): Promise<void> {
  while ((await jobOf(server.url, id)).counts.done < done) await sleep(20)
}

/**
 * Runs a job with `count` photos on servers in separate PID namespaces that share one folder; the clock of the second
 * is four days ahead. The first server is killed. The second hangs for longer than the lease and wakes up after a
 * third has taken the folder. The third shuts down cleanly. Each photo has one result, in one line.
 *
 * @param clock the library built from clock.c
 */
export async function handOver(count: number, clock: string): Promise<void> {
  const data = mkdtempSync(join(tmpdir(), 'volume-'))
  const start = (env: Record<string, string> = {}) => startServer({ alone: true, env: { DATA_DIR: data, ...env } })
  const servers: TestServer[] = []
  try {
    const first = await start()
    servers.push(first)
    const photos = distinctPhotos(count)
    const over = await createJob(first.url, formOf(photos.slice(0, 2)), '?model=fast')
    await jobDone(first.url, over.id)
    const archive = new Uint8Array(await zipOf(photos))
    const { id } = await createJob(first.url, archive, '?model=fast', { 'content-type': 'application/zip' })

    const second = await start({ LD_PRELOAD: clock, CLOCK_AHEAD_S: String(4 * DAYS_S) })
    servers.push(second)
    expect(await jobsOf(second)).toEqual({ state: 'waiting', reason: 'lease' })
    expect(second.output()).toMatch(/waiting for the jobs folder: another server holds its lease/)
    const headers = await refusal(fetch(`${second.url}/api/jobs/${id}`), 503, 'not_ready')
    expect(headers.get('retry-after')).toBe('2')
    expect((await answer(classify(second.url, espresso))).predictions[0]?.label).toBe('espresso')

    await reaches(first, id, Math.floor(count / 5))
    process.kill(first.pid, 'SIGKILL')
    await holds(second, 15_000)
    const third = await start()
    servers.push(third)
    await reaches(second, id, Math.floor((2 * count) / 5))
    process.kill(second.pid, 'SIGSTOP')
    await holds(third, 15_000)
    await reaches(third, id, Math.floor((3 * count) / 5))
    process.kill(second.pid, 'SIGCONT')
    await second.printed(/another server took over the jobs folder/)
    expect(await jobsOf(second)).toEqual({ state: 'waiting', reason: 'lease' })
    await reaches(third, id, Math.floor((7 * count) / 10))
    expect(await third.stop()).toBe(0)
    // Released: the next server needn't wait for the lease to expire.
    expect(await holds(second, 15_000)).toBeLessThan(4000)
    expect((await jobDone(second.url, id)).counts).toEqual({ total: count, done: count, ok: count, failed: 0 })

    const rows = await resultsOf(second.url, id)
    expect(rows.map(({ file, status }) => [file, status])).toEqual(photos.map(({ file }) => [file, 'ok']))
    const lines = readFileSync(join(data, 'jobs', id, 'results.ndjson'), 'utf8')
      .trim()
      .split('\n')
    expect(new Set(lines.map((line) => (JSON.parse(line) as ResultLine).index)).size).toBe(count)
    expect(lines).toHaveLength(count)
    // By the second server's clock, the job expired long ago.
    expect(second.output()).toMatch(/the clock of this machine differs from the disk’s/)
    expect((await jobOf(second.url, over.id)).counts).toMatchObject({ ok: 2 })
  } finally {
    for (const server of servers) {
      if (server.child.exitCode !== null || server.child.signalCode !== null) continue
      server.child.kill('SIGKILL')
      await once(server.child, 'exit')
    }
    rmSync(data, { recursive: true, force: true })
  }
}
