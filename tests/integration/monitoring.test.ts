import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { promtool } from '../../scripts/tools/linters.mjs'
import { BACKENDS, type Backend } from '../support/backends'
import { answer, classify, refusal, wire } from '../support/http'
import { createJob, jobDone, jobWhen } from '../support/jobs'
import { distinctPhotos, formOf } from '../support/many-photos'
import { askedBy, questions, rules } from '../support/monitoring'
import { espresso } from '../support/photos'
import { startServer } from '../support/server'
import { type Machines, startMachines } from '../support/services'

/** Made by Prometheus for each server that it scrapes; and the labels that it gives to every figure. */
const PROMETHEUS = { names: ['up'], labels: ['job', 'instance'] }

/** A busy machine is slow, and a figure of the jobs may be a second old. */
const PATIENT = { timeout: 20_000, interval: 100 }

const scraped = async (url: string) => (await fetch(`${url}/metrics`)).text()

/** Value of a line of the text; NaN where there is none. */
function value(text: string, line: string): number {
  const found = text.split('\n').find((one) => one.startsWith(`${line} `))
  return Number(found?.slice(line.length + 1) ?? Number.NaN)
}

const states = (text: string) =>
  Object.fromEntries(
    ['running', 'paused', 'done', 'cancelled'].map((of) => [of, value(text, `vision_jobs{state="${of}"}`)]),
  )

/** The labels that each figure has on some line. */
function figures(text: string): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>()
  for (const [, name = '', labels = ''] of text.matchAll(/^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? \S+$/gm)) {
    const known = found.get(name) ?? new Set<string>()
    for (const [, label = ''] of labels.matchAll(/(\w+)="/g)) known.add(label)
    found.set(name, known)
  }
  return found
}

describe('a server that is scraped', () => {
  let text: string
  beforeAll(async () => {
    const server = await startServer({ env: { METRICS: 'on', ENGINE_WORKERS: '1' } })
    try {
      await answer(classify(server.url, espresso))
      await refusal(classify(server.url, 'text'), 415, 'not_an_image')
      await wire(server.url, 'not a request\r\n\r\n')
      await vi.waitFor(async () => {
        text = await scraped(server.url)
        expect(text).toContain('nodejs_gc_duration_seconds_sum')
      }, PATIENT)
    } finally {
      await server.stop()
    }
  })

  test('tells of its process, of what it is built of, and counts in counters', () => {
    const build = { version: 'package.json', onnxruntime: 'node_modules/onnxruntime-node/package.json' }
    const [version, onnxruntime] = Object.values(build).map((path) => JSON.parse(readFileSync(path, 'utf8')).version)
    const { node } = process.versions
    expect(value(text, `vision_build_info{version="${version}",node="${node}",onnxruntime="${onnxruntime}"}`)).toBe(1)
    expect(value(text, 'process_resident_memory_bytes')).toBeGreaterThan(50e6)
    expect(value(text, 'process_cpu_seconds_total')).toBeGreaterThan(0)
    expect(value(text, 'nodejs_heap_size_used_bytes')).toBeGreaterThan(10e6)
    expect(value(text, 'nodejs_active_handles{type="Server"}')).toBeGreaterThan(0)
    expect(value(text, 'vision_worker_restarts_total')).toBe(0)
    const types = [...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)].map(([, name = '', type]) => ({ name, type }))
    for (const { name, type } of types) expect([name, type === 'counter']).toEqual([name, name.endsWith('_total')])
  })

  test('says it as promtool would have it', ({ skip }) => {
    const tool = promtool()
    if (tool === null) return skip('it takes promtool (Debian: apt install prometheus)')
    const check = (input: string) => {
      const { status, stdout, stderr } = spawnSync(tool, ['check', 'metrics'], { input, encoding: 'utf8' })
      return { status, said: stdout + stderr }
    }
    expect(check(text)).toEqual({ status: 0, said: '' })
    expect(check(text.replaceAll('vision_worker_restarts_total', 'vision_worker_restarts')).status).not.toBe(0)
  })

  test('has every figure, and every label, that the dashboard and the alerts ask for', () => {
    const told = figures(text)
    const asked = [...questions(), ...rules()].flatMap(({ expr }) => askedBy(expr))
    expect(asked.length).toBeGreaterThan(40)
    for (const { name, labels } of asked) {
      if (PROMETHEUS.names.includes(name)) continue
      expect([name, told.has(name)]).toEqual([name, true])
      const missing = labels.filter((label) => !PROMETHEUS.labels.includes(label) && !told.get(name)?.has(label))
      // What a sum groups by need not be a label of each part of the question, but of one of them.
      const elsewhere = missing.filter(
        (label) => !asked.some((one) => one.labels.includes(label) && told.get(one.name)?.has(label)),
      )
      expect([name, elsewhere]).toEqual([name, []])
    }
  })
})

describe.each(BACKENDS)('jobs in %s', (_name, open) => {
  let home: Backend
  beforeAll(async () => {
    home = await open({ METRICS: 'on', ENGINE_WORKERS: '1' })
  })
  afterAll(() => home?.stop())

  test('are exported by state, with their backlog', async () => {
    const { url } = home.server
    expect(states(await scraped(url))).toEqual({ running: 0, paused: 0, done: 0, cancelled: 0 })
    const post = (id: string, what: string) => fetch(`${url}/api/jobs/${id}/${what}`, { method: 'POST' })
    const done = await createJob(url, formOf(distinctPhotos(3)), '?model=fast')
    const ended = await createJob(url, formOf(distinctPhotos(2)), '?model=fast&open=1')
    await post(ended.id, 'cancel')
    const running = await createJob(url, null, '?model=fast&open=1')
    const paused = await createJob(url, null, '?model=fast&open=1')
    await post(paused.id, 'pause')
    await fetch(`${url}/api/jobs/${paused.id}/photos`, { method: 'POST', body: formOf(distinctPhotos(7)) })
    await jobDone(url, done.id)
    await jobWhen(url, paused.id, ({ counts }) => counts.total === 7)
    await expect
      .poll(async () => states(await scraped(url)), PATIENT)
      .toEqual({ running: 1, paused: 1, done: 1, cancelled: 1 })
    // A paused job waits for a person, not for a worker.
    expect(value(await scraped(url), 'vision_jobs_backlog_photos')).toBe(0)
    await fetch(`${url}/api/jobs/${running.id}/photos`, { method: 'POST', body: formOf(distinctPhotos(600)) })
    await expect.poll(async () => value(await scraped(url), 'vision_jobs_backlog_photos'), PATIENT).toBeGreaterThan(0)
    const wait = value(await scraped(url), 'vision_jobs_backlog_wait_seconds')
    expect(wait).toBeGreaterThanOrEqual(0)
    expect(wait).toBeLessThan(30)
    await post(running.id, 'cancel')
    await expect
      .poll(async () => states(await scraped(url)), PATIENT)
      .toEqual({ running: 0, paused: 1, done: 1, cancelled: 2 })
    expect(value(await scraped(url), 'vision_jobs_backlog_photos')).toBe(0)
  })
})

describe('without Redis', () => {
  let machines: Machines
  beforeAll(async () => {
    machines = await startMachines({ workers: 0, env: { METRICS: 'on', ENGINE_WORKERS: '1' } })
  })
  afterAll(() => machines?.stop())

  test('job metrics are absent rather than wrong, with the reason, and all other metrics arrive in time', async () => {
    const { url } = machines.web[0]!
    expect(value(await scraped(url), 'vision_jobs_backlog_photos')).toBe(0)
    await machines.redis.kill()
    const start = performance.now()
    const during = await scraped(url)
    expect(performance.now() - start).toBeLessThan(5_000)
    expect(value(during, 'vision_workers_ready')).toBe(1)
    await expect
      .poll(async () => value(await scraped(url), 'vision_jobs_waiting{reason="redis_unavailable"}'), {
        timeout: 20_000,
      })
      .toBe(1)
    await expect.poll(() => scraped(url), PATIENT).not.toMatch(/^vision_jobs\{/m)
    const text = await scraped(url)
    expect(value(text, 'vision_jobs_backlog_photos')).toBeNaN()
    expect(value(text, 'vision_jobs_backlog_wait_seconds')).toBeNaN()
    await machines.redis.start()
    await expect.poll(async () => value(await scraped(url), 'vision_jobs_backlog_photos'), PATIENT).toBe(0)
  })
})
