// npm run bench: how many photos a second the engine makes in process, how many arrive over HTTP, and what a
// photo costs. Rounds alternate, so that a noisy machine disturbs both alike; the medians are printed.
import { execFile } from 'node:child_process'
import { cpus } from 'node:os'
import { promisify } from 'node:util'
import { createEngine } from '@/lib/server/engine/engine'
import { startServer } from '../tests/support/server'
import { cpuSeconds } from './cpu'
import { photos } from './photos'

const CLIENTS = 8
const ROUNDS = 3
const SECONDS = 5
const WORKERS = 2
const SIDE = 500

interface Round {
  perSecond: number
  cpuMs: number
  p50?: number
  p99?: number
}

const silent = { info() {}, warn() {}, error() {} }

async function inProcess(bodies: Buffer[]): Promise<Round> {
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
  let done = 0
  async function client(first: number, until: number): Promise<void> {
    for (let i = first; performance.now() < until; i++, done++) {
      await engine.classify(bodies[i % bodies.length] as Buffer, { topK: 5 })
    }
  }
  const run = (seconds: number) => {
    const until = performance.now() + 1000 * seconds
    return Promise.all(Array.from({ length: CLIENTS }, (_, i) => client(i, until)))
  }
  await run(1)
  done = 0
  const [cpu, start] = [cpuSeconds(process.pid), performance.now()]
  await run(SECONDS)
  const round = {
    perSecond: done / ((performance.now() - start) / 1000),
    cpuMs: (1000 * (cpuSeconds(process.pid) - cpu)) / done,
  }
  await engine.close()
  return round
}

async function overHttp(): Promise<Round> {
  const server = await startServer({ env: { LOG_LEVEL: 'warn', ENGINE_WORKERS: String(WORKERS) } })
  const pid = server.child.pid as number
  await load(server.url, 1, CLIENTS)
  const cpu = cpuSeconds(pid)
  const result = await load(server.url, SECONDS, CLIENTS)
  const cpuMs = (1000 * (cpuSeconds(pid) - cpu)) / result.photos
  const one = await load(server.url, 2, 1)
  await server.stop()
  return { perSecond: result.perSecond, cpuMs, p50: one.p50, p99: result.p99 }
}

interface Load {
  photos: number
  errors: number
  perSecond: number
  p50: number
  p99: number
}

async function load(url: string, seconds: number, clients: number): Promise<Load> {
  const args = ['bench/load.ts', url, String(SIDE), String(seconds), String(clients)]
  const { stdout } = await promisify(execFile)('node_modules/.bin/tsx', args)
  const result = JSON.parse(stdout) as Load
  if (result.errors > 0) throw new Error(`${result.errors} requests failed`)
  return result
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1] as number
}

const bodies = await photos(SIDE)
const inside: Round[] = []
const outside: Round[] = []
for (let round = 0; round < ROUNDS; round++) {
  inside.push(await inProcess(bodies))
  outside.push(await overHttp())
  console.log(
    `round ${round + 1}: ${inside[round]?.perSecond.toFixed(0)} in process, ${outside[round]?.perSecond.toFixed(0)} over HTTP`,
  )
}
const of = (rounds: Round[], key: keyof Round) => median(rounds.map((round) => round[key] ?? Number.NaN))
const [a, b] = [of(inside, 'perSecond'), of(outside, 'perSecond')]
console.log(`
${cpus().length} × ${cpus()[0]?.model}, Node ${process.versions.node}
default model, JPEG of ${SIDE} px (mean ${(bodies.reduce((sum, { length }) => sum + length, 0) / bodies.length / 1000).toFixed(0)} KB), ${CLIENTS} clients, ${WORKERS} workers, median of ${ROUNDS} rounds

                      photos/s   CPU ms a photo
in process            ${a.toFixed(0).padStart(8)} ${of(inside, 'cpuMs').toFixed(1).padStart(16)}
over HTTP             ${b.toFixed(0).padStart(8)} ${of(outside, 'cpuMs').toFixed(1).padStart(16)}   (the load comes from a third process on the same cores)
ratio                 ${(b / a).toFixed(2).padStart(8)}

one client, p50       ${of(outside, 'p50').toFixed(1)} ms
${CLIENTS} clients, p99       ${of(outside, 'p99').toFixed(1)} ms`)
