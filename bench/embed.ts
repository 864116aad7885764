// npm run bench -- embed: cost of an embedding compared with a classification of the same photo, and what the declared
// output costs a classification: time and memory. Options: --pairs 200
import { execFile } from 'node:child_process'
import { basename } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { readCatalog } from '@/lib/server/catalog/catalog'
import { readOnnxGraph } from '@/lib/server/catalog/onnx/read-graph'
import { createEngine } from '@/lib/server/engine/engine'
import { openSession } from '@/lib/server/engine/worker/open-session'
import { machine } from './machine'
import { median } from './measure'
import { photos } from './photos'

const { values } = parseArgs({ args: process.argv.slice(3), options: { pairs: { type: 'string', default: '200' } } })
const PAIRS = Number(values.pairs)
const WARM_UP = 20
const PLAIN = { intraOpNumThreads: 1, interOpNumThreads: 1 }

/** Runs two kinds of work in alternating order. @returns medians in milliseconds, and the median ratio of the pairs */
async function paired(
  first: () => Promise<unknown>,
  second: () => Promise<unknown>,
): Promise<[number, number, number]> {
  const timed = async (work: () => Promise<unknown>) => {
    const start = performance.now()
    await work()
    return performance.now() - start
  }
  const pairs: [number, number][] = []
  for (let i = -WARM_UP; i < PAIRS; i++) {
    let [a, b] = [0, 0]
    if (i % 2 === 0) [a, b] = [await timed(first), await timed(second)]
    else [b, a] = [await timed(second), await timed(first)]
    if (i >= 0) pairs.push([a, b])
  }
  return [median(pairs.map(([a]) => a)), median(pairs.map(([, b]) => b)), median(pairs.map(([a, b]) => b / a))]
}

async function report(name: string, first: () => Promise<unknown>, second: () => Promise<unknown>): Promise<void> {
  const [a, b, ratio] = await paired(first, second)
  console.log(`${name.padEnd(58)}${a.toFixed(2).padStart(8)}${b.toFixed(2).padStart(8)}${ratio.toFixed(3).padStart(8)}`)
}

/** Megabytes of a process that has opened a model and run nothing. */
async function residentMegabytes(file: string, how: 'plain' | 'declared'): Promise<string> {
  const args = ['--import', 'tsx', 'bench/embed-memory.ts', file, how]
  return (await promisify(execFile)(process.execPath, args)).stdout.trim()
}

console.log(
  `${machine()}, median of ${PAIRS} pairs, ms\n\n${'the second compared with the first'.padEnd(58)}   first  second   ratio`,
)
const models = (await readCatalog('models')).filter(({ type }) => type !== null)
// A small photo, so that decoding doesn't hide the rest.
const [photo = Buffer.of()] = await photos(300)
const engine = await createEngine({
  catalog: async () => models,
  workerScript: 'dist/engine-worker.js',
  workers: 1,
  workerTimeoutMs: 60_000,
  workerMaxBytes: 2e9,
  deadlineMs: 60_000,
  maxPixels: 50e6,
  queue: { photos: 100, bytes: 1e9 },
  log: { info() {}, warn() {}, error() {} },
})
await engine.settled()
for (const { id } of models) {
  const classify = () => engine.classify(photo, { model: id, topK: 5 })
  await report(`${id}: classify, embed`, classify, () => engine.embed(photo, { model: id }))
  const both = () => engine.classify(photo, { model: id, topK: 5, embedding: true })
  await report(`${id}: classify, with embedding`, classify, both)
}
await engine.close()
for (const { id, file } of models) {
  const graph = readOnnxGraph(file, basename(file))
  const plain = await InferenceSession.create(file, PLAIN)
  const { session } = await openSession(file, graph, 'cpu')
  const dims = [1, ...(graph.input?.dims.slice(1) ?? [])]
  const data = Uint8Array.from({ length: dims.reduce((a, b) => a * b) }, (_, i) => (i * 7919) % 256)
  const feeds = { [plain.inputNames[0] ?? '']: new Tensor('uint8', data, dims) }
  await report(
    `${id}: logits, with the embedding declared`,
    () => plain.run(feeds, ['logits']),
    () => session.run(feeds, ['logits']),
  )
  const [before, after] = [await residentMegabytes(file, 'plain'), await residentMegabytes(file, 'declared')]
  console.log(`${id}: resident, at most: ${before}; with the embedding declared: ${after}`)
}
