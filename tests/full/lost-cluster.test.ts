import { expect, test } from 'vitest'
import type { ClusterRedis } from '@/lib/server/redis/clients'
import { connectRedis } from '@/lib/server/redis/connect'
import { RedisMonitor } from '@/lib/server/redis/monitor'
import { startRedisCluster } from '../support/services'
import { timed } from '../support/timed'

const KEY = '{vision}:test'

/** Measures a command, which may fail: then its value is the error's message. */
const attempt = (command: Promise<unknown>) => timed(command.catch(({ message }: Error) => message))

test('a hanging cluster node is logged once, delays commands only once, and is used again when it wakes up', async ({
  onTestFinished,
}) => {
  const messages: string[] = []
  const log = (_fields: object, message: string) => messages.push(message)
  const monitor = new RedisMonitor({ warn: log, info: log })
  const cluster = await startRedisCluster()
  onTestFinished(() => cluster.stop())
  const redis = (await connectRedis(cluster.url, { monitor: monitor })) as ClusterRedis
  onTestFinished(() => redis.disconnect())
  expect(await redis.set(KEY, 'here')).toBe('OK')
  expect(messages).toEqual([])
  // The node that has the key is the one that doesn't redirect.
  const answers = await Promise.all(redis.nodes('master').map((node) => node.exists(KEY).catch(() => null)))
  const { port } = redis.nodes('master')[answers.indexOf(1)]!.options
  const holder = cluster.nodes.find((node) => node.port === port)!
  process.kill(holder.pid(), 'SIGSTOP')
  try {
    const [first, second] = await Promise.all([attempt(redis.get(KEY)), attempt(redis.get(KEY))])
    for (const { value, ms } of [first, second]) expect([value, ms < 5_500]).toEqual(['Command timed out', true])
    expect(monitor.lost).toBe(true)
    await attempt(redis.get(KEY))
    expect((await attempt(redis.get(KEY))).ms).toBeLessThan(800)
  } finally {
    process.kill(holder.pid(), 'SIGCONT')
  }
  await expect.poll(() => redis.get(KEY).catch(() => null), { timeout: 5_000 }).toBe('here')
  await expect.poll(() => monitor.lost, { timeout: 5_000 }).toBe(false)
  expect(messages).toEqual([expect.stringContaining('Redis is not responding'), 'Redis is responding again'])
})
