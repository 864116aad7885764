import { Cluster, Redis, type RedisOptions } from 'ioredis'
import { ManyRedis, type OneOptions, OneRedis, type RedisClient } from './clients'
import { isElsewhere } from './failure'
import { keepPulse } from './pulse'
import type { Watch } from './watch'

export type { RedisClient } from './clients'

/** A connection that owes an answer for so long is closed, and another one made: its other end may be gone without a word. */
const SILENT_MS = 3_000
/** The same for one that waits for work within a command. BullMQ waits for ten seconds at most. */
const SILENT_BLOCKING_MS = 15_000
/** A connection that is not wanted any more, and whose other end does not say goodbye, is gone after this. */
const GOODBYE_MS = 500
const KEEPALIVE_MS = 10_000
const NODE_COMMAND_MS = 5_000
const LONGEST_RECONNECT_MS = 1_000

export interface ConnectOptions {
  /** For BullMQ's workers: its copies wait for work within a command, and nothing that it is asked fails for being late. */
  blocking?: boolean
  watch: Watch
}

/**
 * Connects, and goes on trying for as long as the client is open. Whether the address is a cluster, the server says itself. A connection that is silent, or
 * whose server was demoted or still loads, is closed and made anew, and what was not answered is asked again.
 *
 * @param url `redis://` or `rediss://` (TLS)
 * @throws Error where nothing answers there at the start
 */
export async function connectRedis(url: string, { blocking = false, watch }: ConnectOptions): Promise<RedisClient> {
  const held = { watch, patient: blocking }
  const one = new OneRedis(url, common(), held)
  one.on('error', () => {}) // What comes of it says it.
  try {
    await one.connect()
    if (!/cluster_enabled:1/.test(await one.info('cluster'))) return kept(one, blocking)
  } catch (error) {
    one.disconnect()
    throw error
  }
  const { tls, password, username } = one.options
  one.disconnect()
  const { hostname, port } = new URL(url)
  const { retryStrategy, ...options } = common()
  const start = { host: hostname, port: Number(port || 6379) }
  const cluster = new ManyRedis(
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
    held,
  )
  return kept(cluster, blocking)
}

/** Of connections that never give up. */
function common() {
  // A server that is demoted for good is not asked ten times a second.
  let refused = 0
  return {
    maxRetriesPerRequest: null,
    socketTimeout: SILENT_MS,
    disconnectTimeout: GOODBYE_MS,
    keepAlive: KEEPALIVE_MS,
    connectTimeout: SILENT_MS,
    retryStrategy: (times: number) => Math.min(100 * Math.max(times, refused), LONGEST_RECONNECT_MS),
    /** 2: the command that was refused is asked again of the new connection. */
    reconnectOnError(error: Error): 2 | false {
      if (!isElsewhere(error)) return false
      refused++
      setTimeout(() => refused--, 10 * LONGEST_RECONNECT_MS).unref()
      return 2
    },
  } satisfies OneOptions
}

function kept(client: RedisClient, blocking: boolean): RedisClient {
  keepPulse(client)
  if (blocking) copiesBlock(client)
  return client
}

/** Has the copies that BullMQ makes for itself wait for work within a command, longer than a silent connection may. */
function copiesBlock(client: RedisClient): void {
  if (client instanceof ManyRedis) {
    const copy = (start: [] = [], options: { redisOptions?: OneOptions } = {}) =>
      Cluster.prototype.duplicate.call(client, start, {
        ...options,
        redisOptions: { ...options.redisOptions, socketTimeout: SILENT_BLOCKING_MS },
      })
    client.duplicate = copy as typeof client.duplicate
  } else {
    const copy = (options: RedisOptions) =>
      Redis.prototype.duplicate.call(client, { ...options, socketTimeout: SILENT_BLOCKING_MS })
    client.duplicate = copy as typeof client.duplicate
  }
}
