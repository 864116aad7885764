import { Cluster, Redis, type RedisOptions } from 'ioredis'
import { ClusterRedis, type RedisClient, type SingleOptions, SingleRedis } from './clients'
import { isWrongServer } from './errors'
import { startHeartbeat } from './heartbeat'
import type { RedisMonitor } from './monitor'

export type { RedisClient } from './clients'

/** A connection that owes an answer for so long is closed, and another one made: its other end may be gone without a word. */
const SILENCE_MS = 3_000
/** The same for one that waits for work within a command. BullMQ waits for ten seconds at most. */
const BLOCKING_SILENCE_MS = 15_000
/** A connection that is not wanted any more, and whose other end does not say goodbye, is gone after this. */
const DISCONNECT_MS = 500
const KEEPALIVE_MS = 10_000
const NODE_COMMAND_MS = 5_000
const MAX_RECONNECT_MS = 1_000

export interface ConnectOptions {
  /** For BullMQ's workers: its copies wait for work within a command, and nothing that it is asked fails for being late. */
  blocking?: boolean
  monitor: RedisMonitor
}

/**
 * Connects, and goes on trying for as long as the client is open. Whether the address is a cluster, the server says itself. A connection that is silent, or
 * whose server was demoted or still loads, is closed and made anew, and what was not answered is asked again.
 *
 * @param url `redis://` or `rediss://` (TLS)
 * @throws Error where nothing answers there at the start
 */
export async function connectRedis(url: string, { blocking = false, monitor }: ConnectOptions): Promise<RedisClient> {
  const context = { monitor, unbounded: blocking }
  const single = new SingleRedis(url, commonOptions(), context)
  single.on('error', () => {}) // What comes of it says it.
  try {
    await single.connect()
    if (!/cluster_enabled:1/.test(await single.info('cluster'))) return withHeartbeat(single, blocking)
  } catch (error) {
    single.disconnect()
    throw error
  }
  const { tls, password, username } = single.options
  single.disconnect()
  const { hostname, port } = new URL(url)
  const { retryStrategy, ...options } = commonOptions()
  const start = { host: hostname, port: Number(port || 6379) }
  const cluster = new ClusterRedis(
    start,
    {
      // A certificate names the cluster's host, not its addresses.
      ...(tls ? { dnsLookup: (address, done) => done(null, address) } : {}),
      clusterRetryStrategy: retryStrategy,
      redisOptions: {
        ...options,
        ...(blocking ? {} : { commandTimeout: NODE_COMMAND_MS }),
        ...(tls ? { tls } : {}),
        ...(password ? { password } : {}),
        ...(username ? { username } : {}),
      },
    },
    context,
  )
  return withHeartbeat(cluster, blocking)
}

/** Of connections that never give up. */
function commonOptions() {
  // A server that is demoted for good is not asked ten times a second.
  let refused = 0
  return {
    maxRetriesPerRequest: null,
    socketTimeout: SILENCE_MS,
    disconnectTimeout: DISCONNECT_MS,
    keepAlive: KEEPALIVE_MS,
    connectTimeout: SILENCE_MS,
    retryStrategy: (times: number) => Math.min(100 * Math.max(times, refused), MAX_RECONNECT_MS),
    /** 2: the command that was refused is asked again of the new connection. */
    reconnectOnError(error: Error): 2 | false {
      if (!isWrongServer(error)) return false
      refused++
      setTimeout(() => refused--, 10 * MAX_RECONNECT_MS).unref()
      return 2
    },
  } satisfies SingleOptions
}

function withHeartbeat(client: RedisClient, blocking: boolean): RedisClient {
  startHeartbeat(client)
  if (blocking) allowBlockingCopies(client)
  return client
}

/** Has the copies that BullMQ makes for itself wait for work within a command, longer than a silent connection may. */
function allowBlockingCopies(client: RedisClient): void {
  if (client instanceof ClusterRedis) {
    const copy = (start: [] = [], options: { redisOptions?: SingleOptions } = {}) =>
      Cluster.prototype.duplicate.call(client, start, {
        ...options,
        redisOptions: { ...options.redisOptions, socketTimeout: BLOCKING_SILENCE_MS },
      })
    client.duplicate = copy as typeof client.duplicate
  } else {
    const copy = (options: RedisOptions) =>
      Redis.prototype.duplicate.call(client, { ...options, socketTimeout: BLOCKING_SILENCE_MS })
    client.duplicate = copy as typeof client.duplicate
  }
}
