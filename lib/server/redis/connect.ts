import { Cluster, Redis } from 'ioredis'

/** One server, or a cluster of them; Valkey counts as Redis. */
export type RedisClient = Redis | Cluster

/** Whatever is asked is answered within this, or fails: a person waits for it. */
const COMMAND_MS = 5_000
const LONGEST_RECONNECT_MS = 2_000

export interface RedisOptions {
  /** For BullMQ's workers, which wait for work within a command. */
  blocking?: boolean
  log: { warn(fields: object, message: string): void }
}

/**
 * Connects, and goes on trying for as long as the client is open. Whether the address is a cluster, the server says itself.
 *
 * @param url `redis://` or `rediss://` (TLS)
 * @throws Error where nothing answers there at the start
 */
export async function connectRedis(url: string, { blocking = false, log }: RedisOptions): Promise<RedisClient> {
  const common = {
    maxRetriesPerRequest: null,
    ...(blocking ? {} : { commandTimeout: COMMAND_MS }),
    retryStrategy: (times: number) => Math.min(100 * times, LONGEST_RECONNECT_MS),
  }
  const one = new Redis(url, { ...common, lazyConnect: true })
  reportErrors(one, log)
  try {
    await one.connect()
    if (!/cluster_enabled:1/.test(await one.info('cluster'))) return one
  } catch (error) {
    one.disconnect()
    throw error
  }
  const { tls, password, username } = one.options
  one.disconnect()
  const { hostname, port } = new URL(url)
  const cluster = new Cluster([{ host: hostname, port: Number(port || 6379) }], {
    // A certificate names the cluster's host, not its addresses.
    ...(tls ? { dnsLookup: (address, done) => done(null, address) } : {}),
    clusterRetryStrategy: common.retryStrategy,
    redisOptions: {
      ...common,
      ...(tls ? { tls } : {}),
      ...(password ? { password } : {}),
      ...(username ? { username } : {}),
    },
  })
  reportErrors(cluster, log)
  return cluster
}

/** One line when it goes, not one a second. */
function reportErrors(client: RedisClient, log: RedisOptions['log']): void {
  let gone = false
  client.on('error', ({ message }: Error) => {
    if (!gone) log.warn({ reason: message }, 'Redis does not answer; trying on')
    gone = true
  })
  client.on('ready', () => {
    gone = false
  })
}

const AWAY_NAMES = /^(MaxRetriesPerRequestError|ClusterAllFailedError)$/
const AWAY =
  /^(Command timed out|Connection is closed|Stream isn't writeable|None of startup nodes|Failed to refresh slots)/

/** Whether an error says that Redis does not answer: whatever else is asked of it now will not be answered either. */
export function isRedisAway(error: unknown): boolean {
  const { name, message } = error as Error
  return AWAY_NAMES.test(name) || AWAY.test(message)
}

/** Whether an error says that Redis cannot be had just now, or not as it must be. */
export function isRedisFailure(error: unknown): boolean {
  return (error as Error).name === 'ReplyError' || isRedisAway(error)
}
