import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { freePort } from './ports'
import { type FaultyProxy, startFaultyProxy } from './proxies'
import { type S3Server, startS3 } from './s3'
import { economies, startServer, type TestServer } from './server'
import { startWire, type Wire } from './wire'

export interface RedisServer {
  pid(): number
  url: string
  port: number
  /** SIGKILL; loses what wasn't written to disk. */
  kill(): Promise<void>
  /** Restarts on the same port from the append-only file. */
  start(): Promise<void>
  stop(): Promise<void>
}

/** A real redis-server with an append-only file. */
export async function startRedis(args: readonly string[] = [], given?: number): Promise<RedisServer> {
  const port = given ?? (await freePort())
  const folder = mkdtempSync(join(tmpdir(), 'redis-'))
  let child: ChildProcess
  const options = ['--port', String(port), '--dir', folder, '--save', '', '--appendonly', 'yes', '--bind', '127.0.0.1']
  const server: RedisServer = {
    pid: () => child.pid as number,
    url: `redis://127.0.0.1:${port}`,
    port,
    async start() {
      child = spawn('redis-server', [...options, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
      await once(child, 'spawn').catch(() => {
        throw new Error('The tests need redis-server (Debian: apt install redis-server).')
      })
      let output = ''
      for await (const chunk of child.stdout ?? []) {
        output += chunk
        if (/Ready to accept connections/.test(output)) break
      }
      if (!/Ready to accept connections/.test(output)) throw new Error(`redis-server did not start:\n${output}`)
      child.stdout?.resume()
    },
    async kill() {
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
    async stop() {
      if (child.exitCode === null && child.signalCode === null) await server.kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
  await server.start()
  return server
}

const LAST_PORT = 65_535
/** From the port of a node to that of its cluster bus. */
const BUS_OFFSET = 10_000

/** A port whose cluster bus port is also free. */
async function freePortAndBus(): Promise<number> {
  for (;;) {
    const port = await freePort()
    if (port > LAST_PORT - BUS_OFFSET) continue
    const bus = createServer().listen(port + BUS_OFFSET, '127.0.0.1')
    const free = await once(bus, 'listening').then(
      () => true,
      () => false,
    )
    bus.close()
    if (free) return port
  }
}

/** A real cluster of three nodes with a third of the slots each. */
export async function startRedisCluster(): Promise<{ url: string; nodes: RedisServer[]; stop(): Promise<void> }> {
  const nodes: RedisServer[] = []
  // Sequentially: two nodes could find the same free port.
  for (let i = 0; i < 3; i++) nodes.push(await startRedis(['--cluster-enabled', 'yes'], await freePortAndBus()))
  const addresses = nodes.map(({ port }) => `127.0.0.1:${port}`)
  const create = spawn('redis-cli', ['--cluster', 'create', ...addresses, '--cluster-yes'], { stdio: 'ignore' })
  const [code] = await once(create, 'exit')
  if (code !== 0) throw new Error(`redis-cli made no cluster: ${code}`)
  // The nodes know of each other, but some may refuse commands for a moment more.
  for (const { url } of nodes) await clusterIsUp(url)
  return {
    url: nodes[0]!.url,
    nodes,
    async stop() {
      await Promise.all(nodes.map((node) => node.stop()))
    },
  }
}

/** Polls a node of a cluster until it accepts commands. */
async function clusterIsUp(url: string): Promise<void> {
  const client = new Redis(url)
  try {
    for (const start = Date.now(); Date.now() - start < 30_000; await sleep(50)) {
      if (/cluster_state:ok/.test(String(await client.cluster('INFO')))) return
    }
    throw new Error('the Redis cluster never came up')
  } finally {
    client.disconnect()
  }
}

export interface BatchWorkerProcess {
  child: ChildProcess
  output(): string
  /** Kills it with its engine worker processes. */
  kill(): Promise<void>
  stop(): Promise<number | null>
}

/** A real batch worker from the production build; resolves when it is ready. */
export async function startWorker(env: Record<string, string>): Promise<BatchWorkerProcess> {
  const child = spawn(process.execPath, ['dist/worker.js'], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // A nice worker would starve beside the other tests.
    env: { ...process.env, LOG_LEVEL: 'info', ENGINE_WORKERS: '1', BATCH_NICE: '0', ...economies(), ...env },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data) => (output += data))
  const exited = once(child, 'exit')
  await Promise.race([
    once(child, 'message'),
    exited.then(([code]) => Promise.reject(new Error(`the worker stopped with ${code}:\n${output}`))),
  ])
  return {
    child,
    output: () => output,
    async kill() {
      child.kill('SIGKILL')
      await exited
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
      child.kill('SIGTERM')
      return (await exited)[0] as number | null
    },
  }
}

export interface Machines {
  redis: RedisServer
  /** The connection proxy to Redis, if requested. */
  wire: Wire | null
  s3: S3Server
  /** The proxy to the bucket. */
  network: FaultyProxy
  web: TestServer[]
  workers: BatchWorkerProcess[]
  /** The environment of each process. */
  env: Record<string, string>
  stop(): Promise<void>
}

/** Web instances and batch workers that share a Redis and a bucket, as on several machines. */
export async function startMachines({
  web = 1,
  workers = 1,
  env = {},
  redisArguments = [],
  wired = false,
  s3: given,
}: {
  web?: number
  workers?: number
  env?: Record<string, string>
  redisArguments?: readonly string[]
  wired?: boolean
  /** Another bucket, or another way to it. */
  s3?: S3Server
} = {}): Promise<Machines> {
  const [redis, s3] = await Promise.all([startRedis(redisArguments), given ?? startS3()])
  const network = await startFaultyProxy(s3.url)
  const wire = wired ? await startWire(redis.port) : null
  const shared = {
    REDIS_URL: wire?.url ?? redis.url,
    BUCKET: s3.bucket,
    AWS_ENDPOINT_URL: network.url,
    LOG_LEVEL: 'warn',
    INSTANCES: '3',
    ...env,
  }
  const started = {
    web: await Promise.all(Array.from({ length: web }, () => startServer({ env: shared }))),
    workers: await Promise.all(Array.from({ length: workers }, () => startWorker(shared))),
  }
  return {
    redis,
    wire,
    s3,
    network,
    env: shared,
    ...started,
    async stop() {
      await Promise.all([...started.workers, ...started.web].map((process) => process.stop()))
      await network.close()
      await wire?.close()
      await redis.stop()
      if (!given) await s3.stop()
    },
  }
}
