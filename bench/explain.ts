import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { readCatalog } from '@/lib/server/catalog/catalog'
import { createEngine } from '@/lib/server/engine/engine'
import { readModel, workerModel } from '@/lib/server/engine/model'
import { type LoadedModel, loadModel } from '@/lib/server/engine/worker/session'
import { decode } from '@/lib/server/image/decode'
import { EXPLAIN_METHODS } from '@/lib/shared/contract/explain'
import { CELLS, maskOf } from '@/lib/shared/explain/masks'
import { blurredBaseline, occlude } from '@/lib/shared/explain/occlude'
import { softmax } from '@/lib/shared/metrics/scores'
import { startServer } from '../tests/support/server'
import { machine } from './machine'
import { load, median } from './measure'
import { photos } from './photos'

/**
 * npm run bench -- explain: how well explanations identify what a result is based on, compared with uninformed maps,
 * and their cost.
 *
 * Deletion: the most important cells are hidden first. The label's score should drop early, so a small area under the
 * curve is good. Insertion: they are revealed first on a hidden photo, and a large area is good (Petsiuk, Das, Saenko
 * 2018, section 4). Hidden areas are blurred.
 */
const { values: options } = parseArgs({
  args: process.argv.slice(2),
  allowPositionals: true,
  options: {
    photos: { type: 'string', default: '50' },
    folder: { type: 'string', default: '../shared/eval' },
    model: { type: 'string', default: 'balanced' },
  },
})
const MAX_PIXELS = 50e6
const STEPS = 28
const WORKERS = 2
const SIDE = 500
const SINGLE_REQUESTS = { rate: 10, seconds: 20 }

if (!existsSync(options.folder))
  throw new Error(`${options.folder} does not exist. Name a folder of photos: --folder DIR`)
const files = readdirSync(options.folder).filter((name) => /\.(jpe?g|png|webp)$/i.test(name))
const count = Math.min(Number(options.photos), files.length)
const chosen = Array.from({ length: count }, (_, i) => files[Math.floor((i * files.length) / count)] as string)

const engine = await createEngine({
  catalog: () => readCatalog('models'),
  workerScript: 'dist/engine-worker.js',
  workers: WORKERS,
  workerTimeoutMs: 20_000,
  workerMaxBytes: 1e9,
  deadlineMs: 60_000,
  maxPixels: MAX_PIXELS,
  queue: { photos: 100, bytes: 1e9 },
  log: { info() {}, warn() {}, error() {} },
})
const entry = (await readCatalog('models')).find(({ id, type }) => options.model === type || options.model === id)
if (!entry) throw new Error(`There is no model ${options.model}.`)
const model = await loadModel(workerModel(await readModel(entry)), { maxPixels: MAX_PIXELS, provider: 'cpu' })
await engine.settled()

interface Areas {
  deletion: number
  insertion: number
}
const areas = new Map<string, Areas[]>()
const costs = new Map<string, { runs: number; seconds: number }[]>()
function note<T>(lists: Map<string, T[]>, name: string, value: T): void {
  lists.set(name, [...(lists.get(name) ?? []), value])
}
for (const [i, file] of chosen.entries()) {
  const photo = readFileSync(join(options.folder, file))
  const maps: Record<string, readonly number[]> = { 'random cells': randomCells(i), 'random areas': randomAreas(i) }
  let index = 0
  for (const method of EXPLAIN_METHODS) {
    const start = performance.now()
    const { grid, runs, label } = await engine.explain(photo, { model: entry.id, method })
    index = label.index
    maps[method] = grid.values
    note(costs, method, { runs, seconds: (performance.now() - start) / 1000 })
  }
  const curve = await curves(model, photo, index)
  for (const [name, map] of Object.entries(maps)) note(areas, name, await curve(map))
}
report()
await engine.close()
await besideExplanations()
process.exit(0)

/** Latency of single requests without explanations, and with two explanations always running. */
async function besideExplanations(): Promise<void> {
  const server = await startServer({ env: { LOG_LEVEL: 'warn', ENGINE_WORKERS: String(WORKERS) } })
  const singleRequests = () => load({ url: `${server.url}/api/classify` }, SIDE, SINGLE_REQUESTS)
  await singleRequests()
  const alone = await singleRequests()
  const [photo] = await photos(SIDE)
  let [going, explained] = [true, 0]
  const curious = Array.from({ length: 2 }, async () => {
    while (going) {
      await (await fetch(`${server.url}/api/explain`, { method: 'POST', body: photo as BodyInit })).arrayBuffer()
      explained++
    }
  })
  const during = await singleRequests()
  going = false
  await Promise.all(curious)
  await server.stop()
  const ms = (pick: (one: typeof alone) => number) => `${pick(alone).toFixed(1)} → ${pick(during).toFixed(1)} ms`
  const ratio = (during.p99 / alone.p99).toFixed(2)
  const rate = (explained / SINGLE_REQUESTS.seconds).toFixed(1)
  console.log(
    `\nsingle requests, ${SINGLE_REQUESTS.rate}/s, with ${rate} explanations/s: p50 ${ms(({ p50 }) => p50)}, p99 ${ms(({ p99 }) => p99)}, ratio ${ratio}`,
  )
}

/** A function that computes the areas under the curves for a map of this photo. */
async function curves({ spec, prepare, run, input }: LoadedModel, photo: Buffer, index: number) {
  const { pixels } = await decode(photo, spec.preprocessor, MAX_PIXELS)
  const baseline = blurredBaseline(pixels, input)
  const score = async (mask: Float32Array) =>
    softmax(await run(prepare(occlude(pixels, baseline, input, mask))), spec.temperature)[index] ?? 0
  return async (map: readonly number[]): Promise<Areas> => {
    const order = map.map((value, cell) => ({ value, cell })).sort((a, b) => b.value - a.value)
    const under = async (first: 0 | 1) => {
      let sum = 0
      for (let step = 0; step <= STEPS; step++) {
        const mask = new Float32Array(CELLS * CELLS).fill(1 - first)
        for (const { cell } of order.slice(0, Math.round((step * order.length) / STEPS))) mask[cell] = first
        sum += (await score(mask)) * (step === 0 || step === STEPS ? 0.5 : 1)
      }
      return sum / STEPS
    }
    return { deletion: await under(0), insertion: await under(1) }
  }
}

/** An uninformed map with a random number for each cell. */
function randomCells(seed: number): number[] {
  let state = seed + 1
  return Array.from({ length: CELLS * CELLS }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state
  })
}

/** An uninformed map that is as smooth as ours. */
function randomAreas(seed: number): number[] {
  return [...maskOf('rise', 100_000 + seed)]
}

function report(): void {
  const mean = (name: string, pick: (one: Areas) => number) =>
    (areas.get(name) ?? []).reduce((sum, one) => sum + pick(one), 0) / count
  console.log(`${machine()}\n`)
  console.log(`${entry?.id}, ${count} photos in ${options.folder}, explaining the predicted label`)
  console.log('\nmap             deletion  insertion')
  for (const name of areas.keys()) {
    const [deletion, insertion] = [mean(name, (one) => one.deletion), mean(name, (one) => one.insertion)]
    console.log(`${name.padEnd(16)}${deletion.toFixed(3).padStart(8)}${insertion.toFixed(3).padStart(11)}`)
  }
  console.log('\nbetter for this many photos    deletion  insertion  both')
  for (const method of EXPLAIN_METHODS) {
    for (const other of ['random cells', 'random areas']) {
      const pairs = (areas.get(method) ?? []).map((one, i) => [one, areas.get(other)?.[i] as Areas] as const)
      const falls = pairs.map(([a, b]) => a.deletion < b.deletion)
      const rises = pairs.map(([a, b]) => a.insertion > b.insertion)
      const share = (won: boolean[]) => `${Math.round((100 * won.filter(Boolean).length) / count)} %`
      const both = falls.map((won, i) => won && rises[i] === true)
      const cells = [share(falls).padStart(8), share(rises).padStart(11), share(both).padStart(6)]
      console.log(`${`${method} than ${other}`.padEnd(31)}${cells.join('')}`)
    }
  }
  console.log(`\ncost, ${WORKERS} workers`)
  for (const [method, list] of costs) {
    console.log(
      `${method}: ${list[0]?.runs} runs of the model, median ${median(list.map((one) => one.seconds)).toFixed(2)} s`,
    )
  }
}
