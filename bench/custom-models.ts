// npm run bench -- custom-models: what many custom models cost a server: memory, and time per photo, compared with a
// server without any. Options: --models 200 --labels 10 --pairs 1000
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { readCatalog } from '@/lib/server/catalog/catalog'
import { CustomModelStore } from '@/lib/server/custom-models/store'
import { FolderObjects } from '@/lib/server/storage/folder-objects'
import { writeExamples } from '@/lib/shared/training/example-file'
import { evaluationOf } from '@/lib/shared/training/folder/evaluation'
import { modelFolder } from '@/lib/shared/training/folder/model-folder'
import { writeLinearHead } from '@/lib/shared/training/head-file'
import { train } from '@/lib/shared/training/train'
import { madeUpExamples } from '../tests/support/embeddings'
import { residentBytes, startServer, type TestServer } from '../tests/support/server'
import { machine } from './machine'
import { median } from './measure'
import { photos } from './photos'

const { values } = parseArgs({
  args: process.argv.slice(3),
  options: {
    models: { type: 'string', default: '200' },
    labels: { type: 'string', default: '10' },
    pairs: { type: 'string', default: '1000' },
  },
})
const MODELS = Number(values.models)
const PAIRS = Number(values.pairs)
/** So that each head was read once. */
const WARM_UP = Math.max(50, MODELS)
/** Of the embeddings of the bundled models. */
const DIMENSIONS = 1280

/** Saves one head under many names: what it has learned makes no difference here. */
async function fill(folder: string): Promise<string[]> {
  const base = (await readCatalog('models')).find((entry) => entry.default)
  if (base === undefined) throw new Error('there is no default model')
  const labels = Array.from({ length: Number(values.labels) }, (_, i) => `label ${i}`)
  const examples = madeUpExamples({ labels, photos: 10, dimensions: DIMENSIONS })
  const training = await train(examples, { quick: true })
  const trained = {
    head: writeLinearHead(training.head),
    examples: writeExamples(examples),
    evaluation: evaluationOf(training, examples),
  }
  const store = new CustomModelStore(new FolderObjects(join(folder, 'models')))
  const ids = Array.from({ length: MODELS }, (_, i) => `custom-${i}`)
  for (const id of ids) {
    const options = { title: id, base, created: new Date().toISOString(), unlisted: false }
    await store.save(id, modelFolder(trained, options), null)
  }
  return ids
}

async function classify({ url }: TestServer, photo: Buffer, model: string): Promise<number> {
  const start = performance.now()
  const reply = await fetch(`${url}/api/classify?model=${model}`, { method: 'POST', body: new Uint8Array(photo) })
  const text = await reply.text()
  if (reply.status !== 200) throw new Error(`${model}: ${text}`)
  return performance.now() - start
}

type Work = (round: number) => Promise<number>

/** Medians in milliseconds, and the median ratio of pairs in alternating order. */
async function compare(name: string, first: Work, second: Work): Promise<void> {
  const pairs: [number, number][] = []
  for (let i = -WARM_UP; i < PAIRS; i++) {
    let [a, b] = [0, 0]
    if (i % 2 === 0) [a, b] = [await first(i + WARM_UP), await second(i + WARM_UP)]
    else [b, a] = [await second(i + WARM_UP), await first(i + WARM_UP)]
    if (i >= 0) pairs.push([a, b])
  }
  const [a, b] = [median(pairs.map(([time]) => time)), median(pairs.map(([, time]) => time))]
  const ratio = median(pairs.map(([x, y]) => y / x))
  console.log(`${name.padEnd(58)}${a.toFixed(2).padStart(8)}${b.toFixed(2).padStart(8)}${ratio.toFixed(3).padStart(8)}`)
}

const folders = ['without', 'with'].map((name) => mkdtempSync(join(tmpdir(), `custom-${name}-`)))
const [without = '', filled = ''] = folders
const ids = await fill(filled)
const start = async (folder: string) => {
  const began = performance.now()
  const env = { DATA_DIR: folder, MODELS_DIR: 'models', PAGES: 'false', LOG_LEVEL: 'warn', RESULT_CACHE_BYTES: '0' }
  const server = await startServer({ env })
  return { server, seconds: (performance.now() - began) / 1000 }
}
const [plain, custom] = [await start(without), await start(filled)]
const [photo = Buffer.of()] = await photos(500)
const base = () => 'balanced'
const own = (round: number) => ids[round % ids.length] ?? ''
console.log(`${machine()}, one worker process, ${MODELS} custom models with ${values.labels} labels each
start: ${plain.seconds.toFixed(2)} s without, ${custom.seconds.toFixed(2)} s with them

median of ${PAIRS} pairs over HTTP, photo of 500 px, ms            first  second   ratio`)
await compare(
  'the base: without custom models, with them',
  () => classify(plain.server, photo, base()),
  () => classify(custom.server, photo, base()),
)
await compare(
  'the base without custom models, each of them in turn',
  () => classify(plain.server, photo, base()),
  (round) => classify(custom.server, photo, own(round)),
)
const [before, after] = [residentBytes(plain.server), residentBytes(custom.server)]
const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`
console.log(
  `\nresident after that: ${megabytes(before)} without, ${megabytes(after)} with them: ${megabytes(after - before)} more`,
)
await Promise.all([plain, custom].map(({ server }) => server.stop()))
for (const folder of folders) rmSync(folder, { recursive: true })
