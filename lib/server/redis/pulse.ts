import { ManyRedis, type RedisClient } from './clients'
import { isRedisAway } from './failure'

/** How often a connection is asked whether it answers: one that is idle would not notice that its other end is gone. */
const PULSE_MS = 1_000
/** Nobody ever writes it. */
const NO_KEY = '{vision}:pulse'

/** Asks a connection again and again whether it answers, and has its watch know. */
export function keepPulse(client: RedisClient): void {
  const { watch } = client.held
  watch.join(client)
  let asking = false
  async function ask(): Promise<void> {
    if (asking) return
    asking = true
    try {
      await pulse(client)
      watch.find(client)
    } catch (error) {
      lose(error as Error)
    }
    asking = false
  }
  function lose(error: Error): void {
    // One that forbids the question has answered.
    if (!isRedisAway(error)) watch.find(client)
    else if (!client.leaving) watch.lose(client, error.message)
  }
  const timer = setInterval(ask, PULSE_MS).unref()
  client.on('error', (error: Error) => !client.leaving && watch.lose(client, error.message))
  // Of a cluster's server; if the others do, the next pulse says so.
  client.on('node error', (error: Error) => !client.leaving && watch.lose(client, error.message))
  client.on('close', () => !client.leaving && watch.lose(client, 'the connection was closed'))
  client.on('end', () => {
    clearInterval(timer)
    watch.leave(client)
  })
}

/** Removes what is not there: it changes nothing, and only a server that takes writes does it. */
async function pulse(client: RedisClient): Promise<void> {
  await client.del(NO_KEY)
  if (client instanceof ManyRedis) await Promise.all(client.nodes('master').map((node) => node.ping()))
}
