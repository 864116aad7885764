// npm run bench -- heic: cost of a HEIC photo compared with a JPEG of the same size: time, CPU, memory, and latency of
// other photos. Options: --seconds 10 (per kind and round) --rounds 3
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import sharp from 'sharp'
import { readCatalog } from '@/lib/server/catalog/catalog'
import { createEngine } from '@/lib/server/engine/engine'
import { decode } from '@/lib/server/image/decode'
import type { Classification } from '@/lib/shared/contract/contract'
import { gridOf } from '../tests/support/heif'
import { residentBytes, startServer } from '../tests/support/server'
import { cpuSeconds } from './cpu'
import { machine } from './machine'
import { median, WORKERS } from './measure'

const { values } = parseArgs({
  args: process.argv.slice(3),
  options: { seconds: { type: 'string', default: '10' }, rounds: { type: 'string', default: '3' } },
})
const SECONDS = Number(values.seconds)
/** The decoder thread ends after half a minute without work. */
const IDLE_MS = 33_000
const AS_IT_IS = {
  resize: null,
  crop: null,
  interpolation: 'bicubic',
  normalisation: null,
  cropRounding: 'even',
  channels: 'rgb',
} as const

const koala = readFileSync('tests/e2e/photos/koala.heic')
/** A photo with this many megapixels, in tiles like photos from a phone. */
const twelve = gridOf(koala, 8, 8)
const KINDS: [name: string, heic: Buffer][] = [
  ['384 × 512', koala],
  ['3072 × 4096', twelve],
]

async function asJpeg(heic: Buffer): Promise<Buffer> {
  const { pixels, width, height } = await decode(heic, AS_IT_IS, 60e6)
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 88 })
    .toBuffer()
}

/** Bytes at rest, the maximum while several HEIC photos are sent, and what remains afterwards. */
async function memory(): Promise<void> {
  const server = await startServer({ env: { LOG_LEVEL: 'warn', ENGINE_WORKERS: String(WORKERS) } })
  const send = async (photo: Buffer, n: number) => {
    const body = Buffer.concat([photo, Buffer.from(String(n))])
    const start = performance.now()
    const reply = await fetch(`${server.url}/api/classify`, { method: 'POST', body })
    const { timings } = (await reply.json()) as Classification
    return { wait: timings.queue_ms, whole: performance.now() - start }
  }
  const small = await asJpeg(koala)
  let n = 0
  const singleRequests = async (count: number) => {
    const waits: number[] = []
    for (let i = 0; i < count; i++) waits.push((await send(small, n++)).whole)
    return median(waits)
  }
  await singleRequests(50)
  const alone = await singleRequests(100)
  const before = residentBytes(server)
  let [most, going] = [0, true]
  const watch = setInterval(() => {
    most = Math.max(most, residentBytes(server))
  }, 20)
  const phones = Array.from({ length: 4 }, async () => {
    while (going) await send(twelve, n++)
  })
  await sleep(3000)
  const during = await singleRequests(50)
  going = false
  await Promise.all(phones)
  clearInterval(watch)
  await sleep(IDLE_MS)
  const [low, high, after] = [before, most, residentBytes(server)].map((bytes) => `${Math.round(bytes / 1e6)} MB`)
  console.log(
    `\nserver and ${WORKERS} workers use ${low}, at most ${high} with four phones, ${after} half a minute later`,
  )
  console.log(
    `JPEG of 384 × 512, one client: p50 ${alone.toFixed(1)} ms; with four phones sending HEIC ${during.toFixed(1)} ms`,
  )
  await server.stop()
}

interface Cost {
  /** With as many clients as workers. */
  perSecond: number
  cpu: number
  /** With one client. */
  decode: number
}

/** Cost of a photo in the engine alone. */
async function cost(photo: Buffer): Promise<Cost> {
  const engine = await createEngine({
    catalog: () => readCatalog('models'),
    workerScript: 'dist/engine-worker.js',
    workers: WORKERS,
    workerTimeoutMs: 60_000,
    workerMaxBytes: 1e9,
    deadlineMs: 120_000,
    maxPixels: 50e6,
    queue: { photos: 100, bytes: 1e9 },
    log: { info() {}, warn() {}, error() {} },
  })
  await engine.settled()
  const once = async () => (await engine.classify(photo, { topK: 5 })).timings.decode_ms
  const clients = async (count: number, ms: number) => {
    const until = performance.now() + ms
    const times: number[] = []
    const client = async () => {
      while (performance.now() < until) times.push(await once())
    }
    await Promise.all(Array.from({ length: count }, client))
    return times
  }
  // The first photos of each worker compile the decoder.
  await clients(WORKERS, 3000)
  const [cpu, start] = [cpuSeconds(process.pid), performance.now()]
  const { length } = await clients(WORKERS, 1000 * SECONDS)
  const spent = { cpu: cpuSeconds(process.pid) - cpu, seconds: (performance.now() - start) / 1000 }
  const alone = await clients(1, 3000)
  await engine.close()
  return { perSecond: length / spent.seconds, cpu: (1000 * spent.cpu) / length, decode: median(alone) }
}

const kinds = [] as [name: string, photo: Buffer, costs: Cost[]][]
for (const [name, heic] of KINDS) kinds.push([`JPEG, ${name}`, await asJpeg(heic), []], [`HEIC, ${name}`, heic, []])
for (let round = 0; round < Number(values.rounds); round++) {
  for (const [, photo, costs] of kinds) costs.push(await cost(photo))
}
console.log(`${machine()}, ${WORKERS} workers\n`)
console.log(`${''.padEnd(24)}photos/s    CPU ms/photo  T_decode, ms`)
for (const [name, , costs] of kinds) {
  const [perSecond, cpu, ms] = (['perSecond', 'cpu', 'decode'] as const).map((of) =>
    median(costs.map((one) => one[of])),
  )
  console.log(
    name.padEnd(24) + perSecond?.toFixed(1).padStart(8) + cpu?.toFixed(0).padStart(16) + ms?.toFixed(0).padStart(14),
  )
}
await memory()
process.exit(0)
