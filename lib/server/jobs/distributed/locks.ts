import { randomUUID } from 'node:crypto'
import type { RedisClient } from '../../redis/connect'
import { lockKey, slotsKey } from './redis-keys'
import { ACQUIRE_SLOT, RENEW_LOCK } from './scripts'

/** Locks and semaphores that all processes share through Redis. */
export class Locks {
  constructor(private readonly redis: RedisClient) {}

  /**
   * Does work that only one process at a time may do, holding the lock for as long as it takes. If the process dies, the
   * lock expires after `ms`.
   *
   * @returns null if another process holds the lock
   */
  async withLock<T>(name: string, ms: number, work: () => Promise<T>): Promise<T | null> {
    const key = lockKey(name)
    const token = randomUUID()
    if ((await this.redis.set(key, token, 'PX', ms, 'NX')) === null) return null
    const renewal = setInterval(() => void RENEW_LOCK.run(this.redis, [key], [token, ms]).catch(() => {}), ms / 3)
    try {
      return await work()
    } finally {
      clearInterval(renewal)
      // If Redis doesn't respond, the lock expires.
      await RENEW_LOCK.run(this.redis, [key], [token, 0]).catch(() => {})
    }
  }

  /** Takes one of a host's callback slots, if one is free. It expires after `ms`. */
  async acquireSlot(host: string, token: string, slots: number, ms: number): Promise<boolean> {
    return (await ACQUIRE_SLOT.run(this.redis, [slotsKey(host)], [token, slots, ms])) === 1
  }

  async releaseSlot(host: string, token: string): Promise<void> {
    await this.redis.zrem(slotsKey(host), token)
  }
}
