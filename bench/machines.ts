import { createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http'
import type { AddressInfo } from 'node:net'
import { constants, setPriority } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import type { Job } from '@/lib/shared/contract/jobs'
import { startS3 } from '../tests/support/s3'
import { residentBytes, startServer, type TestServer } from '../tests/support/server'
import { type Machines, startMachines, startWorker } from '../tests/support/services'
import { cpuSeconds } from './cpu'
import { distinct, job } from './job'
import { inProcess, load, median } from './measure'

const RAW_SECONDS = 5
const SIDE = 500
const KEYS_A_PAGE = 1000
/** Rate and duration of single requests during a batch. */
const SINGLE_REQUESTS = { rate: 10, seconds: 30 }
/** The upper limit of any batch, so that it lasts as long. */
const MOST_A_SECOND = 250

/** Throughput of one and two batch workers relative to the engine alone, and the CPU per photo outside the engine. */
export async function onMachines(bodies: readonly Buffer[], photos: number, rounds: number): Promise<void> {
  for (const workers of [1, 2]) {
    // Nothing else on this machine needs priority, but the host is shared.
    const machines = await startMachines({ workers, env: { ENGINE_WORKERS: '1', BATCH_NICE: '0' } })
    try {
      const rows: Awaited<ReturnType<typeof oneRound>>[] = []
      for (let round = 0; round < rounds; round++)
        rows.push(await oneRound(machines, bodies, photos, 1e7 + round * photos))
      const of = (pick: (row: (typeof rows)[number]) => number) => median(rows.map(pick))
      const ratio = of((row) => row.perSecond / row.raw).toFixed(2)
      const [raw, perSecond] = [of((row) => row.raw).toFixed(0), of((row) => row.perSecond).toFixed(0)]
      console.log(
        `${workers} batch workers of one engine process: ${perSecond} photos/s, engine alone ${raw}, ratio ${ratio}`,
      )
      const cost = (name: keyof Costs) => `${of((row) => row.costs[name]).toFixed(2)} ms`
      console.log(
        `  CPU per photo: engine ${cost('engine')}, worker ${cost('worker')}, Redis ${cost('redis')}, bucket ${cost('bucket')}`,
      )
    } finally {
      await machines.stop()
    }
  }
}

interface Costs {
  engine: number
  worker: number
  redis: number
  bucket: number
}

async function oneRound(machines: Machines, bodies: readonly Buffer[], photos: number, from: number) {
  const workers = machines.workers.map(({ child }) => child.pid as number)
  const { perSecond: raw } = await inProcess([...distinct(bodies, photos, from)], RAW_SECONDS, 0, workers.length)
  let before: Costs | undefined
  const run = await job(machines.web[0]!, distinct(bodies, photos, from), {
    uploaded: true,
    started: async () => {
      before = costs(machines, workers)
    },
  })
  const after = costs(machines, workers)
  const a = (name: keyof Costs) => (1000 * (after[name] - (before?.[name] ?? 0))) / photos
  return {
    raw,
    perSecond: run.photos / run.seconds,
    costs: { engine: a('engine'), worker: a('worker'), redis: a('redis'), bucket: a('bucket') },
  }
}

/** CPU seconds used so far. */
function costs({ redis, s3 }: Machines, workers: readonly number[]): Costs {
  const whole = workers.reduce((sum, pid) => sum + cpuSeconds(pid), 0)
  const own = workers.reduce((sum, pid) => sum + cpuSeconds(pid, { alone: true }), 0)
  return { engine: whole - own, worker: own, redis: cpuSeconds(redis.pid()), bucket: cpuSeconds(s3.pid as number) }
}

/**
 * Latency of single requests alone and during a batch on the same machine: in other processes, then in the same server.
 */
export async function fairness(bodies: readonly Buffer[]): Promise<void> {
  const machines = await startMachines({ workers: 1, env: { ENGINE_WORKERS: '2' } })
  // In production the bucket is on another machine.
  setPriority(machines.s3.pid as number, constants.priority.PRIORITY_LOW)
  try {
    await besideBatch('a batch worker on the same machine', machines.web[0]!, bodies)
  } finally {
    await machines.stop()
  }
  const server = await startServer({ env: { LOG_LEVEL: 'warn', ENGINE_WORKERS: '2' } })
  try {
    await besideBatch('a batch in the same server', server, bodies)
  } finally {
    await server.stop()
  }
}

async function besideBatch(name: string, server: TestServer, bodies: readonly Buffer[]): Promise<void> {
  const singleRequests = () => load({ url: `${server.url}/api/classify` }, SIDE, SINGLE_REQUESTS)
  await singleRequests()
  const alone = await singleRequests()
  let during = alone
  // The photos are uploaded before, because uploads are not batch work.
  const { photos, seconds } = await job(server, distinct(bodies, SINGLE_REQUESTS.seconds * MOST_A_SECOND, 2e7), {
    uploaded: true,
    started: async () => {
      during = await singleRequests()
    },
  })
  const ms = (pick: (one: typeof alone) => number) => `${pick(alone).toFixed(1)} → ${pick(during).toFixed(1)} ms`
  const ratio = (during.p99 / alone.p99).toFixed(2)
  const rate = (photos / seconds).toFixed(0)
  console.log(
    `single requests with ${name} (${rate} photos/s): p50 ${ms(({ p50 }) => p50)}, p99 ${ms(({ p99 }) => p99)}, ratio ${ratio}`,
  )
}

/** Memory of a web instance and a worker while a job with this many keys is created, listed, read and cancelled. */
export async function million(keys: number): Promise<void> {
  const s3 = await startS3()
  const bucket = await startListing(s3.url, keys)
  const env = { AWS_ENDPOINT_URL: bucket.url, JOBS_S3_PREFIXES: 's3://million', ENGINE_WORKERS: '1' }
  const machines = await startMachines({ workers: 0, env, s3: { ...s3, url: bucket.url } })
  const server = machines.web[0]!
  // Worker processes of the engine aren't involved.
  const worker = await startWorker(machines.env)
  machines.workers.push(worker)
  const memory = () => [server, worker].map(({ child }) => residentBytes({ child, workers: () => [] }) / 1e6)
  const highest = memory()
  const look = () => {
    for (const [i, value] of memory().entries()) highest[i] = Math.max(highest[i] ?? 0, value)
  }
  const watch = setInterval(look, 100)
  const step = async (name: string, work: () => Promise<unknown>) => {
    const [before, start] = [memory(), performance.now()]
    highest.splice(0, 2, ...before)
    await work()
    const seconds = ((performance.now() - start) / 1000).toFixed(1)
    const of = (i: number) => `${before[i]?.toFixed(0)} → at most ${highest[i]?.toFixed(0)} MB`
    const holds = (await redisBytes(machines.redis.url)) / 1e6
    console.log(
      `  ${name}: ${seconds} s, web instance ${of(0)}, worker ${of(1)}, Redis uses ${holds.toFixed(1)} MB after it`,
    )
  }
  const call = async (path: string, method = 'GET') =>
    (await (await fetch(`${server.url}/api/jobs${path}`, { method })).json()) as Job
  try {
    console.log(`a job over ${keys} keys in a bucket`)
    let id = ''
    await step('created, listed and sharded', async () => {
      id = (await call('?source=s3://million/', 'POST')).id
      await call(`/${id}/pause`, 'POST')
      while ((await call(`/${id}`)).listing) await sleep(200)
    })
    const { counts } = await call(`/${id}`)
    if (counts.total !== keys) throw new Error(`found ${counts.total} keys`)
    await step('all names read', async () => {
      for (let offset = 0; offset < keys; offset += 10_000) {
        const reply = await fetch(`${server.url}/api/jobs/${id}/photos?offset=${offset}`)
        const { files } = (await reply.json()) as { files: string[] }
        if (files.length !== Math.min(10_000, keys - offset)) throw new Error(`${files.length} names at ${offset}`)
      }
    })
    await step('cancelled', () => call(`/${id}/cancel`, 'POST'))
    await step('deleted', () => fetch(`${server.url}/api/jobs/${id}`, { method: 'DELETE' }))
  } finally {
    clearInterval(watch)
    await machines.stop()
    bucket.close()
    await s3.stop()
  }
}

/** Memory that Redis uses (`used_memory`). */
async function redisBytes(url: string): Promise<number> {
  const redis = new Redis(url)
  try {
    return Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1])
  } finally {
    redis.disconnect()
  }
}

/** A proxy with a bucket `million` that lists this many keys and has no objects; all other buckets are forwarded. */
async function startListing(target: string, keys: number) {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost')
    if (!url.pathname.startsWith('/million')) forward(target, request, response)
    else if (url.searchParams.has('versioning')) response.end('<VersioningConfiguration/>')
    else response.end(listing(url.searchParams, keys))
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { url, close: () => server.close() }
}

function forward(target: string, request: IncomingMessage, response: ServerResponse): void {
  const onward = send(`${target}${request.url}`, { method: request.method, headers: request.headers }, (reply) => {
    response.writeHead(reply.statusCode ?? 502, reply.rawHeaders)
    reply.pipe(response)
  })
  onward.on('error', () => response.destroy())
  request.pipe(onward)
}

function listing(query: URLSearchParams, keys: number): string {
  const from = Number(query.get('continuation-token') ?? 0)
  const to = Math.min(keys, from + KEYS_A_PAGE)
  let contents = ''
  for (let i = from; i < to; i++) {
    contents += `<Contents><Key>camera/2026/${String(i).padStart(9, '0')}.jpg</Key><Size>50000</Size><ETag>&quot;${i}&quot;</ETag></Contents>`
  }
  const more = to < keys ? `<IsTruncated>true</IsTruncated><NextContinuationToken>${to}</NextContinuationToken>` : ''
  return `<?xml version="1.0"?><ListBucketResult><Name>million</Name>${contents}${more}</ListBucketResult>`
}
