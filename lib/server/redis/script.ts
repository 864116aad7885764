import { createHash } from 'node:crypto'
import type { RedisClient } from './connect'

/** A Lua script, which Redis runs atomically. In a cluster, all its keys are in one slot. */
export class Script<T> {
  private readonly sha: string

  constructor(private readonly lua: string) {
    this.sha = createHash('sha1').update(lua).digest('hex')
  }

  async run(redis: RedisClient, keys: readonly string[], args: readonly (string | number | Buffer)[] = []): Promise<T> {
    try {
      return (await redis.evalsha(this.sha, keys.length, ...keys, ...args)) as T
    } catch (error) {
      // Redis forgets scripts when it restarts.
      if (!(error as Error).message.startsWith('NOSCRIPT')) throw error
      return (await redis.eval(this.lua, keys.length, ...keys, ...args)) as T
    }
  }
}
