// npm run bench -- batch: photos per second of the CLI, a stream, and a job, relative to the engine alone on the same photos.
// Rounds alternate, and medians are printed. Also measures the memory growth of a large job, the same over Redis and a
// bucket, the latency of single requests meanwhile, and a job with a million keys. Options: --rounds 3 --photos 1500
// --images 20000 (for memory, 0 to skip) --keys 1000000 (0 to skip) --machines (distributed backend only)
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { residentBytes, startServer, type TestServer } from '../tests/support/server'
import { distinct, job } from './job'
import { machine } from './machine'
import { fairness, million, onMachines } from './machines'
import { inProcess, median, WORKERS } from './measure'
import { photos as samples } from './photos'

const { values } = parseArgs({
  args: process.argv.slice(3),
  options: {
    rounds: { type: 'string', default: '3' },
    photos: { type: 'string', default: '1500' },
    images: { type: 'string', default: '20000' },
    keys: { type: 'string', default: '1000000' },
    machines: { type: 'boolean', default: false },
  },
})
const SIDE = 500
const RAW_SECONDS = 5
/** Photos per second that `vision classify` reports, which excludes loading the model. */
function command(folder: string): number {
  const { stderr, error } = spawnSync(
    process.execPath,
    [
      'dist/vision.js',
      'classify',
      join(folder, 'photos'),
      '--out',
      join(folder, 'out.ndjson'),
      '--workers',
      String(WORKERS),
    ],
    { encoding: 'utf8' },
  )
  if (error) throw error
  return Number(/, (\d+)\/s in/.exec(stderr)?.[1] ?? Number.NaN)
}

/** Photos per second of one `?stream=1` request with all photos, from its start to its last line. */
async function stream({ url }: TestServer, photos: Iterable<Buffer>): Promise<number> {
  const form = new FormData()
  let count = 0
  for (const photo of photos) form.append('files', new Blob([new Uint8Array(photo)]), `${count++}.jpg`)
  const start = performance.now()
  const reply = await fetch(`${url}/api/classify?stream=1`, { method: 'POST', body: form })
  const lines = (await reply.text()).trimEnd().split('\n')
  const classified = lines.filter((line) => line.includes('"status":"ok"')).length
  if (classified !== count) throw new Error(`${classified} of ${count} photos were classified: ${lines[0]}`)
  return count / ((performance.now() - start) / 1000)
}

/** Slope of the linear regression through the points. */
function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (at: 0 | 1) => points.reduce((sum, point) => sum + point[at], 0) / points.length
  const [x, y] = [mean(0), mean(1)]
  const above = points.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0)
  return above / points.reduce((sum, point) => sum + (point[0] - x) ** 2, 0)
}

/** Resident memory of the server and its workers during a job with this many photos. */
async function memory(server: TestServer, photos: Iterable<Buffer>, images: number): Promise<void> {
  const points: [done: number, bytes: number][] = []
  await job(server, photos, { watch: (done) => points.push([done, residentBytes(server)]) })
  // The first photos fill pools and the cache of ten thousand results for repeated photos.
  const late = points.filter(([done]) => done > images / 2)
  const [first, last] = [late[0]?.[1] ?? 0, late.at(-1)?.[1] ?? 0]
  const name = `memory during a job of ${images} photos, after the first half:`
  console.log(
    `${name} ${megabytes(first)} at the start, ${megabytes(last)} at the end, slope ${((1000 * slope(late)) / 1e6).toFixed(2)} MB per thousand photos`,
  )
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`

async function oneMachine(bodies: readonly Buffer[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'batch-'))
  const server = await startServer({ env: { LOG_LEVEL: 'warn', ENGINE_WORKERS: String(WORKERS) } })
  try {
    const count = Number(values.photos)
    mkdirSync(join(folder, 'photos'))
    let index = 0
    for (const photo of distinct(bodies, count)) writeFileSync(join(folder, 'photos', `${index++}.jpg`), photo)
    const rows: Record<'raw' | 'command' | 'job' | 'runner' | 'stream', number>[] = []
    for (let round = 0; round < Number(values.rounds); round++) {
      const { photos, seconds } = await job(server, distinct(bodies, count, round * count))
      const { perSecond } = await inProcess([...distinct(bodies, count)], RAW_SECONDS, 0)
      const runner = await job(server, distinct(bodies, count, 1e5 + round * count), { uploaded: true })
      rows.push({
        raw: perSecond,
        command: command(folder),
        job: photos / seconds,
        runner: runner.photos / runner.seconds,
        stream: await stream(server, distinct(bodies, count, 2e5 + round * count)),
      })
    }
    const of = (pick: (row: (typeof rows)[number]) => number) => median(rows.map(pick))
    console.log(`${count} photos of ${SIDE} px, ${WORKERS} workers, median of ${values.rounds} rounds`)
    console.log(`engine alone     ${of((row) => row.raw).toFixed(0)} photos/s`)
    console.log(
      `vision classify  ${of((row) => row.command).toFixed(0)} photos/s, ratio ${of((row) => row.command / row.raw).toFixed(2)}`,
    )
    console.log(
      `?stream=1        ${of((row) => row.stream).toFixed(0)} photos/s, ratio ${of((row) => row.stream / row.raw).toFixed(2)}`,
    )
    console.log(
      `a job, uploaded  ${of((row) => row.runner).toFixed(0)} photos/s, ratio ${of((row) => row.runner / row.raw).toFixed(2)}`,
    )
    console.log(
      `a job, uploads   ${of((row) => row.job).toFixed(0)} photos/s, ratio ${of((row) => row.job / row.raw).toFixed(2)}`,
    )
    const images = Number(values.images)
    if (images > 0) await memory(server, distinct(bodies, images, 1e6), images)
  } finally {
    await server.stop()
    rmSync(folder, { recursive: true })
  }
}

console.log(`${machine()}\n`)
const bodies = await samples(SIDE)
if (!values.machines) await oneMachine(bodies)
await onMachines(bodies, Number(values.photos), Number(values.rounds))
await fairness(bodies)
if (Number(values.keys) > 0) await million(Number(values.keys))
