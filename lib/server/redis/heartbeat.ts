import { ClusterRedis, type RedisClient } from './clients'
import { isRedisUnavailable } from './errors'

/** How often each connection is checked. An idle one wouldn't notice that its other end is gone. */
const HEARTBEAT_MS = 1_000
/** A key that is never set. */
const UNUSED_KEY = '{vision}:pulse'

/** Checks regularly whether a connection responds, and reports it to the monitor. */
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
    // A server that forbids the command has responded.
    if (!isRedisUnavailable(error)) monitor.markResponsive(client)
    else if (!client.closing) monitor.markLost(client, error.message)
  }
  const timer = setInterval(check, HEARTBEAT_MS).unref()
  client.on('error', (error: Error) => !client.closing && monitor.markLost(client, error.message))
  // From one server of a cluster; if the others respond, the next heartbeat shows it.
  client.on('node error', (error: Error) => !client.closing && monitor.markLost(client, error.message))
  client.on('close', () => !client.closing && monitor.markLost(client, 'the connection was closed'))
  client.on('end', () => {
    clearInterval(timer)
    monitor.remove(client)
  })
}

/** Deletes a key that doesn't exist: nothing changes, and only a server that accepts writes does it. */
async function ping(client: RedisClient): Promise<void> {
  await client.del(UNUSED_KEY)
  if (client instanceof ClusterRedis) await Promise.all(client.nodes('master').map((node) => node.ping()))
}
