import { ClusterRedis, type RedisClient } from './clients'
import { isRedisUnavailable } from './errors'

/** How often a connection is asked whether it answers: one that is idle would not notice that its other end is gone. */
const HEARTBEAT_MS = 1_000
/** Nobody ever writes it. */
const UNUSED_KEY = '{vision}:pulse'

/** Asks a connection again and again whether it answers, and has its watch know. */
export function startHeartbeat(client: RedisClient): void {
  const { monitor } = client.context
  monitor.add(client)
  let checking = false
  async function check(): Promise<void> {
    if (checking) return
    checking = true
    try {
      await ping(client)
      monitor.markResponsive(client)
    } catch (error) {
      onError(error as Error)
    }
    checking = false
  }
  function onError(error: Error): void {
    // One that forbids the question has answered.
    if (!isRedisUnavailable(error)) monitor.markResponsive(client)
    else if (!client.closing) monitor.markLost(client, error.message)
  }
  const timer = setInterval(check, HEARTBEAT_MS).unref()
  client.on('error', (error: Error) => !client.closing && monitor.markLost(client, error.message))
  // Of a cluster's server; if the others do, the next pulse says so.
  client.on('node error', (error: Error) => !client.closing && monitor.markLost(client, error.message))
  client.on('close', () => !client.closing && monitor.markLost(client, 'the connection was closed'))
  client.on('end', () => {
    clearInterval(timer)
    monitor.remove(client)
  })
}

/** Removes what is not there: it changes nothing, and only a server that takes writes does it. */
async function ping(client: RedisClient): Promise<void> {
  await client.del(UNUSED_KEY)
  if (client instanceof ClusterRedis) await Promise.all(client.nodes('master').map((node) => node.ping()))
}
