import { appendFileSync, cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep, setImmediate as tick } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { readCatalog } from '@/lib/server/catalog/catalog'
import { createEngine } from '@/lib/server/engine/engine'
import type { EngineOptions } from '@/lib/server/engine/engine-options'
import type { Problem } from '@/lib/shared/problems/problem'
import { edit, REAL_MODEL, TINY_MODEL } from '../support/models'
import { writeCatalog } from '../support/onnx'
import { espresso } from '../support/photos'

type TestEngine = Awaited<ReturnType<typeof createEngine>>

const lines: string[] = []
const write = (fields: object, message: string) => void lines.push(`${message} ${JSON.stringify(fields)}`)
const open: TestEngine[] = []

const OPTIONS: EngineOptions = {
  catalog: () => readCatalog(TINY_MODEL.MODELS_DIR),
  workerScript: 'dist/engine-worker.js',
  workers: 1,
  workerTimeoutMs: 20_000,
  workerMaxBytes: 1e9,
  deadlineMs: 30_000,
  maxPixels: 50e6,
  queue: { photos: 100, bytes: 1e9 },
  log: { info: write, warn: write, error: write },
}

const ALL = () => readCatalog('models')

async function engine(options: Partial<EngineOptions> = {}): Promise<TestEngine> {
  lines.length = 0
  const created = await createEngine({ ...OPTIONS, ...options })
  open.push(created)
  await created.settled()
  return created
}

afterEach(async () => {
  for (const created of open.splice(0)) {
    for (const pid of created.pids()) process.kill(pid, 'SIGCONT')
    await created.close()
  }
})

const ask = { topK: 1 }
/** What the default model of these tests, which takes no time, makes of the espresso. */
const BEST = 'red'
const label = async (photo: ReturnType<TestEngine['classify']>) => (await photo).predictions[0]?.label
const code = (photo: Promise<unknown>) =>
  photo.then(
    () => 'none',
    (error: Problem) => error.code,
  )

/** Waits for a state by event loop turns, not by the clock. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await tick()
}

function freeze(created: TestEngine): number {
  const [pid] = created.pids() as [number]
  process.kill(pid, 'SIGSTOP')
  return pid
}

describe('a worker that crashes', () => {
  test('is replaced when killed during a run, and its photos are retried', async () => {
    const created = await engine()
    const pid = freeze(created)
    const photos = [1, 2, 3, 4, 5].map(() => label(created.classify(espresso, ask)))
    expect(created.stats()).toMatchObject({ inFlight: 3, queue: { photos: 2 } })
    process.kill(pid, 'SIGKILL')
    expect(await Promise.all(photos)).toEqual(Array(5).fill(BEST))
    expect(created.pids()).not.toContain(pid)
    expect(created.stats()).toMatchObject({ workers: { ready: 1, restarts: 1 }, queue: { photos: 0, bytes: 0 } })
    expect(lines.join()).toContain('killed by SIGKILL')
  })

  test('crashing twice with the same photo fails only that photo', async () => {
    const created = await engine()
    const culprit = code(created.classify(espresso, ask))
    process.kill(freeze(created), 'SIGKILL')
    await until(() => created.stats().workers.ready === 0)
    await until(() => created.stats().inFlight === 1)
    const second = freeze(created)
    const bystander = label(created.classify(espresso, ask))
    // The photo whose worker crashed runs alone, so the bystander waits although there is room.
    expect(created.stats()).toMatchObject({ inFlight: 1, queue: { photos: 1 } })
    process.kill(second, 'SIGKILL')
    expect([await culprit, await bystander]).toEqual(['not_ready', BEST])
    expect(created.stats()).toMatchObject({ workers: { restarts: 2 }, queue: { bytes: 0 } })
  })

  test('is replaced when it exceeds the time limit, and its photo is rejected', async () => {
    const created = await engine({ workerTimeoutMs: 300 })
    freeze(created)
    expect(await code(created.classify(espresso, ask))).toBe('deadline_exceeded')
    expect(await label(created.classify(espresso, ask))).toBe(BEST)
    expect(lines.join()).toContain('took longer than 300 ms')
  })
})

describe('bounds', () => {
  test('refuses photos that do not fit into the queue at once', async () => {
    const created = await engine({ queue: { photos: 2, bytes: 1e9 } })
    const pid = freeze(created)
    const photos = Array.from({ length: 5 }, () => code(created.classify(espresso, ask)))
    expect(await code(created.classify(espresso, ask))).toBe('queue_full')
    process.kill(pid, 'SIGCONT')
    expect(await Promise.all(photos)).toEqual(Array(5).fill('none'))
  })

  test('refuses bytes that do not fit, except for a single photo', async () => {
    const created = await engine({ queue: { photos: 100, bytes: 1000 } })
    const pid = freeze(created)
    const alone = code(created.classify(espresso, ask))
    expect(await code(created.classify(espresso, ask))).toBe('queue_full')
    process.kill(pid, 'SIGCONT')
    expect(await alone).toBe('none')
    expect(created.stats().queue.bytes).toBe(0)
  })

  test('fails a photo at its deadline, waiting or running', async () => {
    const created = await engine({ deadlineMs: 800 })
    const pid = freeze(created)
    const photos = Array.from({ length: 5 }, () => code(created.classify(espresso, ask)))
    expect(await Promise.all(photos)).toEqual(Array(5).fill('deadline_exceeded'))
    process.kill(pid, 'SIGCONT')
    expect(await label(created.classify(espresso, ask))).toBe(BEST)
    await until(() => created.stats().queue.bytes === 0)
  })

  test('an abort takes effect at once and frees the slot', async () => {
    const created = await engine()
    const pid = freeze(created)
    const running = Array.from({ length: 3 }, () => label(created.classify(espresso, ask)))
    const abort = new AbortController()
    const waiting = created.classify(espresso, ask, abort.signal)
    expect(created.stats().queue.photos).toBe(1)
    abort.abort(new Error('gone'))
    await expect(waiting).rejects.toThrow('gone')
    expect(created.stats().queue.photos).toBe(0)
    await expect(created.classify(espresso, ask, abort.signal)).rejects.toThrow('gone')
    process.kill(pid, 'SIGCONT')
    expect(await Promise.all(running)).toEqual(Array(3).fill(BEST))
  })

  test('runs an interactive photo before a waiting batch', async () => {
    const created = await engine()
    const pid = freeze(created)
    const order: string[] = []
    const batch = Array.from({ length: 6 }, (_, i) =>
      created.classify(espresso, { ...ask, priority: 'batch' }).then(() => order.push(`batch ${i}`)),
    )
    const interactive = created.classify(espresso, ask).then(() => order.push('interactive'))
    process.kill(pid, 'SIGCONT')
    await Promise.all([...batch, interactive])
    // Two batch photos were already in the worker; the four waiting ones come after the interactive photo.
    expect(order.indexOf('interactive')).toBeLessThanOrEqual(2)
  })
})

describe('models', () => {
  const folders: string[] = []
  const temporary = () => {
    const folder = mkdtempSync(join(tmpdir(), 'engine-'))
    folders.push(folder)
    return folder
  }
  /** Three models, as many as are bundled, that load in no time. */
  const three = () => {
    const folder = temporary()
    writeCatalog(folder, { fast: 'one', balanced: 'two', accurate: 'three' })
    return folder
  }
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
  })
  const status = (created: TestEngine) => Object.fromEntries(created.models().map(({ type, status }) => [type, status]))
  const error = (created: TestEngine, type: string) => created.models().find((model) => model.type === type)?.error

  test('reports a damaged file and serves the other models', async () => {
    const folder = three()
    appendFileSync(join(folder, 'one/onnx/model.onnx'), 'x')
    const created = await engine({ catalog: () => readCatalog(folder) })
    expect(status(created)).toEqual({ fast: 'failed', balanced: 'ready', accurate: 'ready' })
    expect(error(created, 'fast')).toMatch(/damaged.*SHA-256/)
    expect(lines.join()).toContain('"one"')
    expect(created.ready()).toBe(true)
    expect(await code(created.classify(espresso, { ...ask, model: 'fast' }))).toBe('not_ready')
    expect(await code(created.classify(espresso, { ...ask, model: 'accurate' }))).toBe('none')
  })

  test('is ready only if the default model is', async () => {
    const folder = three()
    rmSync(join(folder, 'two/onnx/model.onnx'))
    const created = await engine({ catalog: () => readCatalog(folder) })
    expect([created.ready(), error(created, 'balanced')]).toEqual([false, 'onnx/model.onnx is missing'])
    const other = await engine({ catalog: () => readCatalog(folder, 'fast') })
    expect(other.ready()).toBe(true)
    expect((await other.classify(espresso, ask)).model.type).toBe('fast')
  })

  test('detects a machine that computes incorrectly by the self-test image', async () => {
    const folder = temporary()
    cpSync(REAL_MODEL.MODELS_DIR, folder, { recursive: true })
    edit<{ logits: number[] }>(join(folder, 'efficientnet-lite0-int8/self-test.json'), (json) => {
      json.logits[7] = 3.5
    })
    const created = await engine({ catalog: () => readCatalog(folder) })
    expect(status(created)).toMatchObject({ fast: 'failed' })
    expect(error(created, 'fast')).toMatch(/self-test failed on this machine/)
  })

  test.each([
    ['config.json', '{', 'config.json is not valid JSON'],
    ['config.json', '{"id2label":{"0":"a","2":"b"}}', 'config.json: id2label has 2 labels but none for 1'],
    ['config.json', '{"id2label":{"0":"a"}}', 'no output of the model has one value for each of the 1 label'],
    ['preprocessor_config.json', '{"resample":9}', 'resample'],
  ])('reports a broken %s (%s)', async (file, content, message) => {
    const folder = three()
    writeFileSync(join(folder, 'one', file), content)
    const created = await engine({ catalog: () => readCatalog(folder) })
    expect(error(created, 'fast')).toContain(message)
    expect(status(created)).toMatchObject({ fast: 'failed', balanced: 'ready' })
  })

  test('a reload swaps models without losing a photo', async () => {
    const folder = three()
    const created = await engine({ catalog: () => readCatalog(folder) })
    const before = created.pids()
    const [first] = (await created.classify(espresso, ask)).predictions
    edit<{ id2label: Record<string, string> }>(join(folder, 'two/config.json'), (json) => {
      json.id2label[String(first?.index)] = 'caffè'
    })
    let reloaded = false
    const labels = new Set<string | undefined>()
    const reload = created.reload().then(() => (reloaded = true))
    while (!reloaded) labels.add(await label(created.classify(espresso, ask)))
    await reload
    expect([...labels]).toContain(first?.label)
    expect(await label(created.classify(espresso, ask))).toBe('caffè')
    expect(created.pids().filter((pid) => before.includes(pid))).toEqual([])
  })

  test('reports a models folder that cannot be used', async () => {
    await expect(engine({ catalog: () => readCatalog('/nowhere') })).rejects.toThrow(
      /catalog \/nowhere\/catalog.json cannot be used/,
    )
    await expect(engine({ catalog: () => readCatalog('models', 'huge') })).rejects.toThrow(
      /no model of the default type huge\. Available types: fast, balanced/,
    )
  })
})

test('returns the raw outputs of the model as logits', async () => {
  const created = await engine({ catalog: () => readCatalog(REAL_MODEL.MODELS_DIR) })
  const T = created.models().find((model) => model.default)?.temperature ?? 1
  const logits = await created.logits(espresso, {})
  const { predictions } = await created.classify(espresso, ask)
  expect(logits).toHaveLength(1000)
  const sum = logits.reduce((total, value) => total + Math.exp(value / T), 0)
  expect(Math.exp((logits[967] as number) / T) / sum).toBeCloseTo(predictions[0]?.score ?? 0, 6)
})

test('runs models on the CPU where their provider is missing, says so once each, and gives the same results', async () => {
  const catalog = () => readCatalog(REAL_MODEL.MODELS_DIR)
  const expected = await (await engine({ catalog })).logits(espresso, {})
  // For NVIDIA's processors, with libraries that onnxruntime-node doesn't include, and for Apple's and Windows.
  for (const provider of ['cuda', process.platform === 'darwin' ? 'dml' : 'coreml'] as const) {
    const created = await engine({ catalog, provider, workers: 2 })
    expect(await created.logits(espresso, {})).toEqual(expected)
    const warnings = lines.filter((line) => line.startsWith('a model runs on the CPU instead'))
    const warning = expect.stringContaining(`"provider":"${provider}","reason":"`)
    expect(warnings).toEqual(created.models().map(() => warning))
  }
})

test('close finishes running and waiting photos, then stops the workers', async () => {
  const created = await engine({ workers: 2 })
  const photos = Array.from({ length: 12 }, () => label(created.classify(espresso, ask)))
  const closed = created.close()
  expect(await code(created.classify(espresso, ask))).toBe('shutting_down')
  expect(await Promise.all(photos)).toEqual(Array(12).fill(BEST))
  await closed
  expect(created.pids()).toEqual([])
  open.length = 0
})

test('fails fast if workers cannot start, as on a machine without an ONNX Runtime binary', async () => {
  const script = join(tmpdir(), `no-binary-${process.pid}.mjs`)
  writeFileSync(script, "import './onnxruntime_binding.node'")
  const created = await engine({ workerScript: script, catalog: ALL })
  rmSync(script)
  expect(created.ready()).toBe(false)
  expect(created.models().map(({ error }) => error)).toEqual(
    Array(3).fill("worker processes can't start (exit code 1)"),
  )
  expect(await code(created.classify(espresso, ask))).toBe('not_ready')
})

test('excludes a model only after three consecutive crashes while loading it', async () => {
  const loading = async (created: TestEngine) => {
    await until(() => created.pids().length === 1)
    const [pid] = created.pids() as [number]
    // Long enough to have started loading a model, too short to have loaded three.
    await sleep(150)
    process.kill(pid, 'SIGKILL')
    await until(() => !created.pids().includes(pid))
  }
  const created = await createEngine({ ...OPTIONS, catalog: ALL })
  open.push(created)
  for (let kill = 0; kill < 2; kill++) await loading(created)
  expect(await label(created.classify(espresso, ask))).toBe('espresso')
  expect(created.models().map(({ status }) => status)).toEqual(['ready', 'ready', 'ready'])
})
