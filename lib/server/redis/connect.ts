import { Cluster, Redis, type RedisOptions } from 'ioredis'
import { ClusterRedis, type RedisClient, type SingleOptions, SingleRedis } from './clients'
import { isWrongServer } from './errors'
import { startHeartbeat } from './heartbeat'
import type { RedisMonitor } from './monitor'

export type { RedisClient } from './clients'

/** A connection that owes a reply for this long is closed and replaced: its other end may be gone without notice. */
const SILENCE_MS = 3_000
/** The same for a connection that blocks to wait for work. BullMQ waits for at most ten seconds. */
const BLOCKING_SILENCE_MS = 15_000
/** A connection being closed, whose other end doesn't respond, is dropped after this. */
const DISCONNECT_MS = 500
const KEEPALIVE_MS = 10_000
const NODE_COMMAND_MS = 5_000
const MAX_RECONNECT_MS = 1_000

export interface ConnectOptions {
  /**
   * For BullMQ's workers: their copies of the connection block to wait for work, and their commands have no deadline.
   */
  blocking?: boolean
  monitor: RedisMonitor
}

/**
 * Connects, and reconnects for as long as the client is open. The server itself reports whether it is a cluster. A
 * connection that goes silent, or whose server was demoted or is still loading, is replaced, and unanswered commands
 * are sent again.
 *
 * @param url `redis://` or `rediss://` (TLS)
 * @throws Error if the first connection fails
 */
export async function connectRedis(url: string, { blocking = false, monitor }: ConnectOptions): Promise<RedisClient> {
  const context = { monitor, unbounded: blocking }
  const single = new SingleRedis(url, commonOptions(), context)
  single.on('error', () => {}) // Its consequences are reported elsewhere.
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
      // A certificate has the cluster's host name, not its addresses.
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

/** Options of connections that never give up. */
function commonOptions() {
  // Don't reconnect ten times per second to a server that stays demoted.
  let refused = 0
  return {
    maxRetriesPerRequest: null,
    socketTimeout: SILENCE_MS,
    disconnectTimeout: DISCONNECT_MS,
    keepAlive: KEEPALIVE_MS,
    connectTimeout: SILENCE_MS,
    retryStrategy: (times: number) => Math.min(100 * Math.max(times, refused), MAX_RECONNECT_MS),
    /** 2: send the refused command again on the new connection. */
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

/** Lets the copies that BullMQ makes block for longer than a silent connection may. */
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
