// npm run bench: how many photos a second the engine makes in process, how many arrive over HTTP, and what a photo costs,
// for photos of a messenger, a web page and a camera. Rounds alternate, so that a noisy machine disturbs all alike; the
// medians are printed. Options: --rounds 3 --seconds 5
import { execFile } from 'node:child_process'
import { cpus } from 'node:os'
import { parseArgs, promisify } from 'node:util'
import { createEngine } from '@/lib/server/engine/engine'
import type { Classification } from '@/lib/shared/contract'
import { residentBytes, startServer } from '../tests/support/server'
import { cpuSeconds } from './cpu'
import { photos } from './photos'

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '3' }, seconds: { type: 'string', default: '5' } },
})
const ROUNDS = Number(values.rounds)
const SECONDS = Number(values.seconds)
const CLIENTS = 8
const WORKERS = 2
/** Longer side in pixels. */
const SIDES = [500, 1600, 4000]

interface Round {
  /** Photos a second in process and over HTTP, and the CPU milliseconds that one costs. */
  inside: number
  insideCpu: number
  http: number
  httpCpu: number
  /** Medians of a single client's photos, in milliseconds: the stages in process, the whole over HTTP. */
  decode: number
  run: number
  one: number
  /** With CLIENTS clients over HTTP, in milliseconds. */
  p99: number
}

const silent = { info() {}, warn() {}, error() {} }

/** Runs `job` over and over in so many clients for so long; returns how often it was done. */
async function repeat(clients: number, seconds: number, job: (i: number) => Promise<void>): Promise<number> {
  const until = performance.now() + 1000 * seconds
  let done = 0
  async function client(first: number): Promise<void> {
    for (let i = first; performance.now() < until; i++, done++) await job(i)
  }
  await Promise.all(Array.from({ length: clients }, (_, i) => client(i)))
  return done
}

async function inProcess(bodies: Buffer[]): Promise<Pick<Round, 'inside' | 'insideCpu' | 'decode' | 'run'>> {
  const engine = await createEngine({
    modelsDir: 'models',
    workerScript: 'dist/worker.js',
    workers: WORKERS,
    workerTimeoutMs: 20_000,
    workerMaxBytes: 1e9,
    deadlineMs: 30_000,
    maxPixels: 50e6,
    queue: { photos: 100, bytes: 1e9 },
    log: silent,
  })
  await engine.settled()
  const answers: Classification[] = []
  const photo = async (i: number) => {
    answers.push(await engine.classify(bodies[i % bodies.length] as Buffer, { topK: 5 }))
  }
  await repeat(CLIENTS, 1, photo)
  const [cpu, start] = [cpuSeconds(process.pid), performance.now()]
  const done = await repeat(CLIENTS, SECONDS, photo)
  const inside = done / ((performance.now() - start) / 1000)
  const insideCpu = (1000 * (cpuSeconds(process.pid) - cpu)) / done
  answers.length = 0
  await repeat(1, 2, photo)
  await engine.close()
  const stage = (name: 'decode_ms' | 'run_ms') => median(answers.map(({ timings }) => timings[name]))
  return { inside, insideCpu, decode: stage('decode_ms'), run: stage('run_ms') }
}

async function overHttp(
  url: string,
  pid: number,
  side: number,
): Promise<Pick<Round, 'http' | 'httpCpu' | 'one' | 'p99'>> {
  await load(url, side, 1, CLIENTS)
  const cpu = cpuSeconds(pid)
  const many = await load(url, side, SECONDS, CLIENTS)
  const httpCpu = (1000 * (cpuSeconds(pid) - cpu)) / many.photos
  const one = await load(url, side, 2, 1)
  return { http: many.perSecond, httpCpu, one: one.p50, p99: many.p99 }
}

interface Load {
  photos: number
  errors: number
  perSecond: number
  p50: number
  p99: number
}

async function load(url: string, side: number, seconds: number, clients: number): Promise<Load> {
  const args = ['bench/load.ts', url, String(side), String(seconds), String(clients)]
  const { stdout } = await promisify(execFile)('node_modules/.bin/tsx', args)
  const result = JSON.parse(stdout) as Load
  if (result.errors > 0) throw new Error(`${result.errors} requests failed`)
  return result
}

function median(list: number[]): number {
  return list.sort((a, b) => a - b)[list.length >> 1] as number
}

const started = performance.now()
const server = await startServer({ env: { LOG_LEVEL: 'warn', ENGINE_WORKERS: String(WORKERS) } })
const startUp = performance.now() - started
const rounds = new Map<number, Round[]>(SIDES.map((side) => [side, []]))
const bodies = new Map(await Promise.all(SIDES.map(async (side) => [side, await photos(side)] as const)))
for (let round = 0; round < ROUNDS; round++) {
  for (const side of SIDES) {
    const one = {
      ...(await inProcess(bodies.get(side) ?? [])),
      ...(await overHttp(server.url, server.child.pid as number, side)),
    }
    rounds.get(side)?.push(one)
    console.error(
      `round ${round + 1}, ${side} px: ${one.inside.toFixed(0)} in process, ${one.http.toFixed(0)} over HTTP`,
    )
  }
}
const resident = residentBytes(server)
await server.stop()

const rows: [string, (round: Round) => number, digits: number][] = [
  ['photos/s in process', ({ inside }) => inside, 0],
  ['photos/s over HTTP', ({ http }) => http, 0],
  ['ratio', ({ http, inside }) => http / inside, 2],
  ['CPU ms a photo in process', ({ insideCpu }) => insideCpu, 1],
  ['CPU ms a photo over HTTP', ({ httpCpu }) => httpCpu, 1],
  ['T_decode, one client, ms', ({ decode }) => decode, 1],
  ['T_run, one client, ms', ({ run }) => run, 1],
  ['p50 over HTTP, one client, ms', ({ one }) => one, 1],
  [`p99 over HTTP, ${CLIENTS} clients, ms`, ({ p99 }) => p99, 1],
]
console.log(`${cpus().length} × ${cpus()[0]?.model}, Node ${process.versions.node}; default model, ${WORKERS} workers, ${CLIENTS} clients,
median of ${ROUNDS} rounds of ${SECONDS} s; the load comes from a process of its own on the same cores

${'longer side of the JPEG'.padEnd(32)}${SIDES.map((side) => `${side} px`.padStart(9)).join('')}
${rows
  .map(
    ([name, of, digits]) =>
      name.padEnd(32) +
      SIDES.map((side) =>
        median((rounds.get(side) ?? []).map(of))
          .toFixed(digits)
          .padStart(9),
      ).join(''),
  )
  .join('\n')}

from start to ready             ${startUp.toFixed(0).padStart(9)} ms
resident memory at the end      ${(resident / 1e6).toFixed(0).padStart(9)} MB, server and workers`)
