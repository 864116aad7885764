import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { ResultLine } from '@/lib/server/jobs/backend'
import type { Job } from '@/lib/shared/contract/jobs'
import { randomNumbers } from '@/lib/shared/metrics/random'
import { type Faults, openFaults } from '../support/faults'
import { handOver, jobsOf } from '../support/handing-over'
import { createJob, jobDone, jobOf, resultsOf } from '../support/jobs'
import { distinctPhotos, formOf } from '../support/many-photos'
import { buildLibrary, NO_COMPILER } from '../support/preload'
import { canBeAlone, startServer, type TestServer } from '../support/server'

const NOT_ALONE = 'creating a PID namespace requires root'

test('each of 1,980 photos has one result after handovers by a kill, a hang and a stop', async ({ skip }) => {
  if (!canBeAlone()) skip(NOT_ALONE)
  const clock = buildLibrary('clock.c')
  if (!clock) return skip(NO_COMPILER)
  await handOver(1980, clock.path).finally(clock.remove)
})

test('each photo has one result when two servers hang in turn for longer than the lease during uploads', async ({
  skip,
}) => {
  if (!canBeAlone()) skip(NOT_ALONE)
  const seed = Number(process.env.SEED ?? Date.now() % 1e6)
  const random = randomNumbers(seed)
  console.log(`SEED=${seed}`)
  const data = mkdtempSync(join(tmpdir(), 'volume-'))
  const start = () => startServer({ alone: true, env: { DATA_DIR: data, LOG_LEVEL: 'warn' } })
  const servers = [await start(), await start()]
  try {
    const photos = distinctPhotos(1200)
    const { id } = await createJob(servers[0]!.url, null, '?model=fast&open=1')
    /** Alternates between the servers, as a load balancer does, until one of them succeeds. */
    const insist = async (path: string, body?: () => FormData): Promise<void> => {
      for (let turn = 0; ; turn++) {
        const init = { method: 'POST', body: body?.() ?? null, signal: AbortSignal.timeout(5000) }
        const reply = await fetch(`${servers[turn % 2]!.url}/api/jobs/${id}${path}`, init).catch(() => null)
        if (reply?.status === 200) return
        await sleep(100)
      }
    }
    let adding = true
    const upload = (async () => {
      for (let at = 0; at < photos.length; at += 30) {
        await insist('/photos?unique=1', () => formOf(photos.slice(at, at + 30)))
      }
      adding = false
    })()
    for (let turn = 0; adding && turn < 20; turn++) {
      await sleep(1000 + 2000 * random())
      const { pid } = servers[turn % 2]!
      process.kill(pid, 'SIGSTOP')
      await sleep(500 + 9000 * random())
      process.kill(pid, 'SIGCONT')
    }
    await upload
    await insist('/close')
    const done = async () => {
      for (;;) for (const { url } of servers) if ((await jobOf(url, id)).state === 'done') return url
    }
    const url = await done()
    expect((await jobDone(url, id)).counts).toEqual({ total: 1200, done: 1200, ok: 1200, failed: 0 })
    const rows = await resultsOf(url, id)
    expect(rows.map(({ file, status }) => `${file} ${status}`).sort()).toEqual(photos.map(({ file }) => `${file} ok`))
    // Each photo is identified by its bytes, whichever server wrote them.
    const lines = readFileSync(join(data, 'jobs', id, 'results.ndjson'), 'utf8')
      .trim()
      .split('\n')
    expect(new Set(lines.map((line) => (JSON.parse(line) as ResultLine).index)).size).toBe(1200)
    expect(lines).toHaveLength(1200)
    expect(new Set(rows.map(({ sha256 }) => sha256)).size).toBe(1200)
  } finally {
    await endAll(servers)
    rmSync(data, { recursive: true, force: true })
  }
})

interface Reply {
  status: number
  text: string
}
const post = async (url: string, body: BodyInit | null = null, headers: HeadersInit = {}): Promise<Reply> => {
  const reply = await fetch(url, { method: 'POST', body, headers })
  return { status: reply.status, text: await reply.text() }
}
const photos = distinctPhotos(4)
const reordered = [0, 1, 3, 2].map((index) => photos[index]!)
/** Requests to a server with an open job of two photos, and the calls at which it is paused. */
const STEPS: { name: string; stride: number; step(url: string, id: string, again: boolean): Promise<Reply> }[] = [
  {
    name: 'add',
    stride: 1,
    // In a different order the second time, so that late writes of the first server differ from existing ones.
    step: (url, id, again) => post(`${url}/api/jobs/${id}/photos?unique=1`, formOf(again ? reordered : photos)),
  },
  { name: 'close', stride: 1, step: (url, id) => post(`${url}/api/jobs/${id}/close`) },
  {
    name: 'make',
    stride: 4,
    step: (url, id) => post(`${url}/api/jobs?model=fast`, formOf(photos), { 'idempotency-key': id }),
  },
]

interface Pair {
  holder: TestServer
  other: TestServer
  fault: Faults
}

/**
 * Pauses the holder before its n-th call, repeats the request at the server that takes over, and resumes the holder.
 * Returns whether there was such a call.
 */
async function attack(
  at: number,
  { name, step }: (typeof STEPS)[number],
  { holder, other, fault }: Pair,
  data: string,
) {
  await until(async () => (await jobsOf(holder))?.state === 'ok')
  const { id } = await createJob(holder.url, formOf(photos.slice(0, 2)), '?model=fast&open=1')
  fault.arm(at, 'stop')
  const first = step(holder.url, id, false)
  await Promise.race([first.then(() => sleep(700)), until(fault.happened)])
  if (!fault.happened()) return false
  await until(async () => (await jobsOf(other))?.state === 'ok')
  const before = await jobOf(other.url, id)
  // A client without a response asks the other server.
  const again = await step(other.url, id, true)
  expect([name, at, again.status < 300]).toEqual([name, at, true])
  process.kill(holder.pid, 'SIGCONT')
  const said = await first
  expect([name, at, [200, 201, 503].includes(said.status)]).toEqual([name, at, true])
  await until(async () => (await jobsOf(holder))?.reason === 'lease')
  expect([name, at, kept(name, before, said, again)]).toEqual([name, at, true])
  await post(`${other.url}/api/jobs/${id}/close`)
  const whole = name === 'add' && before.counts.total === 2 ? reordered : photos
  await expectWhole(other, data, name === 'make' ? idOf(again) : id, name === 'close' ? photos.slice(0, 2) : whole)
  return true
}

/** Whether what the first server confirmed was still true when the other took over. */
function kept(name: string, before: Job, said: Reply, again: Reply): boolean {
  if (name === 'close') return said.status !== 200 || !before.open
  if (name === 'make') return said.status !== 201 || (again.status === 200 && idOf(said) === idOf(again))
  const taken = said.status === 200 ? 4 : Number(/first (\d+) photos/.exec(said.text)?.[1] ?? 0)
  return before.counts.total === Math.max(2, taken)
}

const idOf = ({ text }: Reply) => (JSON.parse(text) as Job).id

test.for(STEPS.map((each) => [each.name, each] as const))(
  'a server that is paused before any step of %s and resumes when another has the folder does no damage',
  async ([, what], { skip }) => {
    const data = mkdtempSync(join(tmpdir(), 'volume-'))
    const faults: Faults[] = []
    const servers: TestServer[] = []
    try {
      for (let i = 0; i < 2; i++) {
        const fault = openFaults(data, ['/lease', '/trash'])
        if (!fault) return skip(NO_COMPILER)
        faults.push(fault)
        servers.push(await startServer({ env: { DATA_DIR: data, LOG_LEVEL: 'warn', ...fault.env } }))
      }
      let turn = 0
      const pair = () => ({ holder: servers[turn % 2]!, other: servers[(turn + 1) % 2]!, fault: faults[turn % 2]! })
      while (await attack(1 + turn * what.stride, what, pair(), data)) turn++
      console.log(`paused at ${turn} steps`)
      expect(turn).toBeGreaterThan(4)
    } finally {
      await endAll(servers)
      for (const fault of faults) fault.remove()
      rmSync(data, { recursive: true, force: true })
    }
  },
)

/** Checks the job at its server and on disk. */
async function expectWhole({ url }: TestServer, data: string, id: string, whole: typeof photos): Promise<void> {
  const count = whole.length
  expect((await jobDone(url, id)).counts).toEqual({ total: count, done: count, ok: count, failed: 0 })
  const rows = await resultsOf(url, id)
  expect(rows.map(({ file, sha256 }) => [file, sha256])).toEqual(whole.map(({ file, bytes }) => [file, digest(bytes)]))
  for (const name of ['inputs', 'results']) {
    const lines = readFileSync(join(data, 'jobs', id, `${name}.ndjson`), 'utf8')
      .trim()
      .split('\n')
    expect([name, lines.length]).toEqual([name, count])
  }
  expect(JSON.parse(readFileSync(join(data, 'jobs', id, 'status.json'), 'utf8'))).toMatchObject({ state: 'done' })
}

async function endAll(servers: readonly TestServer[]): Promise<void> {
  for (const { pid, child } of servers) if (child.exitCode === null) process.kill(pid, 'SIGKILL')
  await sleep(500)
}

const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const start = Date.now(); !(await holds()); await sleep(20)) {
    if (Date.now() - start > 30_000) throw new Error('the condition was not met within 30 s')
  }
}
