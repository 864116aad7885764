import { execFile, spawn } from 'node:child_process'
import { promisify } from 'node:util'
import { readCatalog } from '@/lib/server/catalog/catalog'
import { createEngine } from '@/lib/server/engine/engine'
import type { Classification } from '@/lib/shared/contract/contract'
import { cpuSeconds } from './cpu'

export const CLIENTS = 8
export const WORKERS = 2
/** Share of the measured throughput at which tail latency is measured. */
export const STEADY_LOAD = 0.8
/** Duration of the measurement with a single client, in seconds. */
const ONE_CLIENT_SECONDS = 2

/** Photos per second and CPU milliseconds per photo. Times are medians in milliseconds with one client. */
export interface InProcess {
  perSecond: number
  cpu: number
  decode: number
  run: number
}

export interface OverHttp {
  perSecond: number
  cpu: number
  /** Share of a core that the sender used. */
  sender: number
  /** One client: milliseconds from sending to the complete response. */
  one: number
  /** The same at 80% of `perSecond`, evenly spaced. */
  p50: number
  p99: number
}

/** How a server takes a photo: as the body, as the file `request` of a form, or in JSON, as Gradio does. */
export type PhotoBody = 'bytes' | 'form' | 'gradio'

/** A server under test. */
export interface Target {
  /** Accepts a photo by POST. */
  url: string
  pid: number
  body?: PhotoBody
}

/** A server that hasn't responded this long after the end is stuck. */
const STUCK_MS = 60_000

const silent = { info() {}, warn() {}, error() {} }

/**
 * The engine alone. `sender` is the share of a core that is used meanwhile, like the sender of photos over HTTP.
 * Without it, the comparison would count the sender as a cost of the server.
 */
export async function inProcess(
  bodies: Buffer[],
  seconds: number,
  sender: number,
  workers = WORKERS,
): Promise<InProcess> {
  const engine = await createEngine({
    catalog: () => readCatalog('models'),
    workerScript: 'dist/engine-worker.js',
    workers,
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
  const burner = spawn(process.execPath, ['--import', 'tsx', 'bench/burner.ts', String(sender)])
  // Only the CPU time of the workers. They are children of this process like the burner, so it is subtracted below.
  const [before, start] = [cpuSeconds(process.pid, burner.pid), performance.now()]
  const done = await repeat(CLIENTS, seconds, photo)
  const perSecond = done / ((performance.now() - start) / 1000)
  const cpu = (1000 * (cpuSeconds(process.pid, burner.pid) - before)) / done
  burner.kill()
  answers.length = 0
  await repeat(1, ONE_CLIENT_SECONDS, photo)
  await engine.close()
  const stage = (name: 'decode_ms' | 'run_ms') => median(answers.map(({ timings }) => timings[name]))
  return { perSecond, cpu, decode: stage('decode_ms'), run: stage('run_ms') }
}

/** Repeats `job` in this many clients for this long. Returns the number of runs. */
async function repeat(clients: number, seconds: number, job: (i: number) => Promise<void>): Promise<number> {
  const until = performance.now() + 1000 * seconds
  let done = 0
  async function client(first: number): Promise<void> {
    for (let i = first; performance.now() < until; i++, done++) await job(i)
  }
  await Promise.all(Array.from({ length: clients }, (_, i) => client(i)))
  return done
}

/** Measures a server with load from a separate process. */
export async function overHttp(target: Target, side: number, seconds: number): Promise<OverHttp> {
  await load(target, side, { seconds: 1, clients: CLIENTS })
  const before = cpuSeconds(target.pid)
  const many = await load(target, side, { seconds, clients: CLIENTS })
  const cpu = (1000 * (cpuSeconds(target.pid) - before)) / many.photos
  const one = await load(target, side, { seconds: ONE_CLIENT_SECONDS, clients: 1 })
  const steady = await load(target, side, { seconds, rate: STEADY_LOAD * many.perSecond })
  return { perSecond: many.perSecond, cpu, sender: many.cpu, one: one.p50, p50: steady.p50, p99: steady.p99 }
}

export interface Load {
  photos: number
  errors: number
  perSecond: number
  p50: number
  p99: number
  cpu: number
}

/** Sends photos and returns the measurements. */
export async function load(
  { url, body = 'bytes' }: Pick<Target, 'url' | 'body'>,
  side: number,
  how: { seconds: number; clients?: number; rate?: number },
): Promise<Load> {
  const options = { url, side, ...how }
  const args = Object.entries(options).map(([name, value]) => `--${name}=${value}`)
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', 'bench/load.ts', ...args, `--body=${body}`],
    { timeout: 1000 * how.seconds + STUCK_MS },
  )
  const result = JSON.parse(stdout) as Load
  if (result.errors > 0) throw new Error(`${result.errors} requests to ${url} failed`)
  return result
}

export function median(list: readonly number[]): number {
  return [...list].sort((a, b) => a - b)[list.length >> 1] as number
}
