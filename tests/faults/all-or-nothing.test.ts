import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Job } from '@/lib/shared/contract/jobs'
import { type Faults, openFaults } from '../support/faults'
import { FULL } from '../support/full'
import { createJob, jobDone, jobOf, resultsOf } from '../support/jobs'
import { distinctPhotos, formOf } from '../support/many-photos'
import { NO_COMPILER } from '../support/preload'
import { startServer, type TestServer } from '../support/server'

/** A job is created completely or not at all, whichever step fails or is the last. */
const photos = distinctPhotos(2)
const ADMIN = { authorization: 'Bearer open sesame' }
let data: string
let faults: Faults | null
let server: TestServer

const start = () =>
  startServer({
    env: { LOG_LEVEL: 'info', DATA_DIR: data, ADMIN_TOKEN: 'open sesame', ENGINE_WORKERS: '1', ...faults?.env },
  })
const make = async (key: string) => {
  const headers = { 'idempotency-key': key }
  const reply = await fetch(`${server.url}/api/jobs?model=fast`, { method: 'POST', body: formOf(photos), headers })
  return { status: reply.status, json: (await reply.json()) as Job & { code?: string } }
}
const jobs = async () => {
  const reply = await fetch(`${server.url}/api/jobs`, { headers: ADMIN })
  return ((await reply.json()) as { jobs: Job[] }).jobs
}
/** The job created with the key ends with a row for each photo. */
async function expectWhole(key: string, statuses: number[]): Promise<string> {
  const { status, json } = await make(key)
  expect(statuses, `${key}: ${JSON.stringify(json)}`).toContain(status)
  const { counts } = await jobDone(server.url, json.id)
  expect(counts).toEqual({ total: 2, done: 2, ok: 2, failed: 0 })
  expect(await resultsOf(server.url, json.id)).toHaveLength(2)
  return json.id
}

beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), 'jobs-'))
  faults = openFaults(data, ['/lease', '/trash/'])
  server = await start()
})
afterAll(async () => {
  await server.stop()
  faults?.remove()
  rmSync(data, { recursive: true })
})

// One step in four, or each in test:full.
test.for(['ENOSPC', 'EIO'] as const)('%s at any step of creating a job', async (code, { skip }) => {
  if (!faults) return skip(NO_COMPILER)
  const made = new Set((await jobs()).map(({ id }) => id))
  for (let at = 1; ; at += FULL ? 1 : 4) {
    const key = `${code} ${at}`
    faults.arm(at, code)
    const { status, json } = await make(key)
    if (!faults.disarm().happened) break
    const codes = code === 'ENOSPC' ? ['storage_full'] : ['not_ready']
    if (status !== 201) expect([key, codes.includes(json.code ?? '')]).toEqual([key, true])
    // A refused job doesn't exist, and a created one exists once.
    made.add(await expectWhole(key, [status === 201 ? 200 : 201]))
    expect(at).toBeLessThan(100)
  }
  expect((await jobs()).map(({ id }) => id).filter((id) => !made.has(id))).toHaveLength(1)
  expect(server.output()).not.toMatch(/uncaught|unhandled|internal error/i)
})

const ask = async (path: string, method = 'POST', body: BodyInit | null = null) =>
  (await fetch(`${server.url}/api/jobs${path}`, { method, body })).status
const add = (id: string) => ask(`/${id}/photos?unique=1`, 'POST', formOf(photos))

/** Injects a fault into one step of an action on a job. @returns whether there was such a step */
async function faultAt(
  at: number,
  name: string,
  act: (id: string) => Promise<number>,
  { arm, disarm }: Faults,
): Promise<boolean> {
  const { id } = await createJob(server.url, null, '?model=fast&open=1')
  if (name !== 'add') expect(await add(id)).toBe(200)
  arm(at, 'EIO')
  const status = await act(id)
  const { happened } = disarm()
  expect([name, at, [200, 204, 503].includes(status)]).toEqual([name, at, true])
  if (status === 503) expect([name, at, (await act(id)) < 300]).toEqual([name, at, true])
  if (name === 'delete') expect(await ask(`/${id}`, 'GET')).toBe(404)
  else expect([name, at, (await jobOf(server.url, id)).counts.total]).toEqual([name, at, 2])
  return happened
}

test.for<[name: string, act: (id: string) => Promise<number>]>([
  ['add', add],
  ['close', (id) => ask(`/${id}/close`)],
  ['delete', (id) => ask(`/${id}`, 'DELETE')],
])(
  'EIO at any step of: %s. Acknowledged changes hold, and refused ones can be retried',
  async ([name, act], { skip }) => {
    if (!faults) return skip(NO_COMPILER)
    let at = 1
    while (await faultAt(at, name, act, faults)) expect(at++).toBeLessThan(50)
    for (const { id } of (await jobs()).filter(({ open }) => open)) await ask(`/${id}/close`)
    for (const { id } of await jobs()) {
      expect((await jobDone(server.url, id)).counts).toEqual({ total: 2, done: 2, ok: 2, failed: 0 })
    }
  },
)

test('killed at its first step, before the commit, and after it', async ({ skip }) => {
  if (!faults) return skip(NO_COMPILER)
  // A fresh server, as after each kill, so that the same steps are counted.
  await server.stop()
  server = await start()
  faults.arm(0, 'kill')
  await expectWhole('seen', [201])
  const calls = faults.calls()
  const counts = calls.findIndex((call) => call.startsWith('rename') && /drafts\/[^/]+$/.test(call)) + 1
  expect(counts).toBeGreaterThan(5)
  for (const [at, again] of [
    [1, 201],
    [counts, 201],
    [counts + 1, 200],
  ] as const) {
    faults.arm(at, 'kill')
    const ended = once(server.child, 'exit')
    await Promise.race([make(`killed ${at}`).catch(() => {}), ended])
    await ended
    faults.disarm()
    server = await start()
    await expectWhole(`killed ${at}`, [again])
    expect(readdirSync(join(data, 'drafts'))).toEqual([])
  }
})

test('damaged files on the disk are moved aside and logged, and cost only their own job', async () => {
  const ids: string[] = []
  for (const key of ['empty status', 'no photos', 'no line', 'whole']) ids.push(await expectWhole(key, [201]))
  await server.stop()
  const [status, noPhotos, noLine, whole] = ids as [string, string, string, string]
  truncateSync(join(data, 'jobs', status, 'status.json'))
  rmSync(join(data, 'jobs', noPhotos, 'inputs.ndjson'))
  writeFileSync(join(data, 'jobs', noLine, 'results.ndjson'), 'nonsense\n')
  mkdirSync(join(data, 'jobs', 'empty'))
  // Earlier versions left this on a full disk.
  mkdirSync(join(data, 'keys'), { recursive: true })
  writeFileSync(join(data, 'keys', 'a'.repeat(64)), '')
  const before = readdirSync(join(data, 'jobs')).length
  server = await start()
  expect((await jobs()).length).toBe(before - 4)
  expect(await resultsOf(server.url, whole)).toHaveLength(2)
  for (const id of [status, noPhotos, noLine]) {
    expect((await fetch(`${server.url}/api/jobs/${id}`)).status).toBe(404)
    expect(server.output()).toMatch(new RegExp(`"job":"${id}".*put_aside.*damaged`))
    expect(existsSync(join(data, 'damaged', id))).toBe(true)
  }
  expect(server.output()).toMatch(/the file of an Idempotency-Key is damaged and was moved aside/)
  await expectWhole('whole', [200])
  await expectWhole('empty status', [201])
})
