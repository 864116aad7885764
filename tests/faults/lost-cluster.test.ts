import { expect, test } from 'vitest'
import type { ClusterRedis } from '@/lib/server/redis/clients'
import { connectRedis } from '@/lib/server/redis/connect'
import { RedisMonitor } from '@/lib/server/redis/monitor'
import { startRedisCluster } from '../support/services'

const KEY = '{vision}:test'

async function timed(work: Promise<unknown>): Promise<{ ms: number; value: unknown }> {
  const start = performance.now()
  const value = await work.catch(({ message }: Error) => message)
  return { value, ms: performance.now() - start }
}

test('a server of a cluster hangs: it is said once, nobody waits for it twice, and it is asked again when it wakes', async ({
  onTestFinished,
}) => {
  const said: string[] = []
  const say = (_fields: object, message: string) => said.push(message)
  const monitor = new RedisMonitor({ warn: say, info: say })
  const cluster = await startRedisCluster()
  onTestFinished(() => cluster.stop())
  const redis = (await connectRedis(cluster.url, { monitor: monitor })) as ClusterRedis
  onTestFinished(() => redis.disconnect())
  await expect.poll(() => redis.set(KEY, 'here').catch(() => null), { timeout: 10_000 }).toBe('OK')
  // A cluster that has just been made may not be one yet.
  await expect.poll(() => monitor.lost, { timeout: 5_000 }).toBe(false)
  said.length = 0
  // Of the three it has the key who does not lead to another.
  const answers = await Promise.all(redis.nodes('master').map((node) => node.exists(KEY).catch(() => null)))
  const { port } = redis.nodes('master')[answers.indexOf(1)]!.options
  const holder = cluster.nodes.find((node) => node.port === port)!
  process.kill(holder.pid(), 'SIGSTOP')
  try {
    const [first, second] = await Promise.all([timed(redis.get(KEY)), timed(redis.get(KEY))])
    for (const { value, ms } of [first, second]) expect([value, ms < 5_500]).toEqual(['Command timed out', true])
    expect(monitor.lost).toBe(true)
    await timed(redis.get(KEY))
    expect((await timed(redis.get(KEY))).ms).toBeLessThan(800)
  } finally {
    process.kill(holder.pid(), 'SIGCONT')
  }
  await expect.poll(() => redis.get(KEY).catch(() => null), { timeout: 5_000 }).toBe('here')
  await expect.poll(() => monitor.lost, { timeout: 5_000 }).toBe(false)
  expect(said).toEqual([expect.stringContaining('Redis is not responding'), 'Redis is responding again'])
})
