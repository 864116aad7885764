import { Problem } from '@/lib/shared/problems/problem'
import type { RedisClient } from '../../redis/connect'
import { isRedisFailure } from '../../redis/errors'
import { Script } from '../../redis/script'
import { dayOf, type Meter, type MonthUsage, monthOf, noUsage, RETENTION_DAYS, USAGE_FIELDS, type Usage } from './meter'
import type { MonthFields, UsageCopies } from './usage-copies'

const TTL_S = 86_400 * RETENTION_DAYS
/** How often what couldn't be stored is sent again (milliseconds). */
const RETRY_MS = 1_000

/** How often the month of a key that is in use is copied to the bucket, by one of the instances (seconds). */
const COPY_S = 60
/** Returned by scripts for a month that Redis doesn't have. */
const UNKNOWN = -1

/** KEYS: the month of a key. ARGV: photos, quota, time to live. */
const TAKE = new Script<number>(`
if redis.call('EXISTS', KEYS[1]) == 0 then return ${UNKNOWN} end
local used = tonumber(redis.call('HGET', KEYS[1], 'quota') or '0')
if used + tonumber(ARGV[1]) > tonumber(ARGV[2]) then return 0 end
redis.call('HINCRBY', KEYS[1], 'quota', ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[3])
return 1
`)

/** KEYS: the month of a key. ARGV: photos. A month that Redis has lost must not start below zero. */
const GIVE_BACK = new Script<void>(`
if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('HINCRBY', KEYS[1], 'quota', -ARGV[1]) end
`)

/** KEYS: the month of a key. ARGV: time to live, time of use, then fields and what to add. */
const COUNT = new Script<number>(`
if redis.call('EXISTS', KEYS[1]) == 0 then return ${UNKNOWN} end
for i = 3, #ARGV, 2 do redis.call('HINCRBY', KEYS[1], ARGV[i], ARGV[i + 1]) end
if tonumber(redis.call('HGET', KEYS[1], 'last') or '0') < tonumber(ARGV[2]) then
  redis.call('HSET', KEYS[1], 'last', ARGV[2])
end
redis.call('EXPIRE', KEYS[1], ARGV[1])
return 1
`)

/** KEYS: the month of a key. ARGV: time to live, then fields and their values. Another instance may have been first. */
const RESTORE = new Script<void>(`
if redis.call('EXISTS', KEYS[1]) == 1 then return end
redis.call('HSET', KEYS[1], unpack(ARGV, 2))
redis.call('EXPIRE', KEYS[1], ARGV[1])
`)

interface Pending {
  id: string
  day: string
  usage: Usage
  last: number
}

/**
 * Counts in Redis, exactly over all instances: one hash for each key and month, with the fields `29:photos` and so on
 * for each day, `quota`, and `last`. Each month in use is copied to the bucket once in a minute, and comes back from there
 * if Redis has lost it.
 */
export class RedisMeter implements Meter {
  /** What couldn't be stored. By key and day, so that a long outage needs no more memory than a short one. */
  private pending = new Map<string, Pending>()
  private readonly sending = new Set<Promise<void>>()
  private readonly timer: NodeJS.Timeout

  /** Months to copy, by their keys in Redis. */
  private readonly changed = new Map<string, { id: string; month: string }>()
  private copiedAt = performance.now()

  constructor(
    private readonly redis: RedisClient,
    private readonly copies: UsageCopies,
  ) {
    this.timer = setInterval(() => this.tick(), RETRY_MS).unref()
  }

  async take(id: string, photos: number, quota: number, now: number): Promise<boolean> {
    const month = monthOf(now)
    const take = () => TAKE.run(this.redis, [keyOf(id, month)], [photos, quota, TTL_S])
    return (await available(this.known(id, month, take))) === 1
  }

  async giveBack(id: string, photos: number, takenAt: number): Promise<void> {
    // If this fails, the key has a few photos less this month, which is better than too many.
    await GIVE_BACK.run(this.redis, [keyOf(id, monthOf(takenAt))], [photos]).catch(() => {})
  }

  count(id: string, usage: Partial<Usage>, now: number): void {
    this.send({ id, day: dayOf(now), usage: { ...noUsage(), ...usage }, last: now })
  }

  async month(id: string, month: string): Promise<MonthUsage> {
    let fields: MonthFields = await available(this.redis.hgetall(keyOf(id, month)))
    if (fields.quota === undefined) fields = await this.copies.load(id, month)
    const days = new Map<number, Usage>()
    for (const [field, value] of Object.entries(fields)) {
      const [day = '', name] = field.split(':')
      if (name === undefined) continue
      const usage = days.get(Number(day)) ?? noUsage()
      usage[name as keyof Usage] = Number(value)
      days.set(Number(day), usage)
    }
    return { days, quota: Number(fields.quota ?? 0), lastUsed: fields.last ? Number(fields.last) : null }
  }

  async close(): Promise<void> {
    clearInterval(this.timer)
    this.retry()
    await Promise.all(this.sending)
    await this.copyChanged()
  }

  private tick(): void {
    this.retry()
    if (performance.now() - this.copiedAt < 1000 * COPY_S) return
    this.copiedAt = performance.now()
    void this.copyChanged()
  }

  /**
   * Runs a script on a month. If Redis doesn't have it, it comes from its copy first, which is empty at the start of a
   * month.
   */
  private async known(id: string, month: string, run: () => Promise<number>): Promise<number> {
    this.changed.set(keyOf(id, month), { id, month })
    const result = await run()
    if (result !== UNKNOWN) return result
    const fields = { quota: '0', ...(await this.copies.load(id, month)) }
    await RESTORE.run(this.redis, [keyOf(id, month)], [TTL_S, ...Object.entries(fields).flat()])
    return run()
  }

  /** Copies what has changed, unless another instance just did. What fails is tried again with the next change. */
  private async copyChanged(): Promise<void> {
    const months = [...this.changed]
    this.changed.clear()
    await Promise.all(
      months.map(async ([key, { id, month }]) => {
        try {
          if ((await this.redis.set(`${key}:copied`, '1', 'EX', COPY_S - 1, 'NX')) === null)
            this.changed.set(key, { id, month })
          else await this.copies.save(id, month, await this.redis.hgetall(key))
        } catch {
          this.changed.set(key, { id, month })
        }
      }),
    )
  }

  private send(entry: Pending): void {
    const sent = this.add(entry).catch(() => this.keep(entry))
    this.sending.add(sent)
    void sent.then(() => this.sending.delete(sent))
  }

  private async add({ id, day, usage, last }: Pending): Promise<void> {
    const added = USAGE_FIELDS.filter((field) => usage[field] > 0)
    const fields = added.flatMap((field) => [`${Number(day.slice(8))}:${field}`, usage[field]])
    const month = day.slice(0, 7)
    await this.known(id, month, () => COUNT.run(this.redis, [keyOf(id, month)], [TTL_S, last, ...fields]))
  }

  private keep({ id, day, usage, last }: Pending): void {
    const place = `${id} ${day}`
    const kept = this.pending.get(place) ?? { id, day, usage: noUsage(), last }
    for (const field of USAGE_FIELDS) kept.usage[field] += usage[field]
    kept.last = Math.max(kept.last, last)
    this.pending.set(place, kept)
  }

  private retry(): void {
    if (this.pending.size === 0 || this.redis.context.monitor.lost) return
    const entries = [...this.pending.values()]
    this.pending = new Map()
    for (const entry of entries) this.send(entry)
  }
}

/** In a cluster, a key's months are on one server, and different keys on different ones. */
function keyOf(id: string, month: string): string {
  return `vision:key:{${id}}:${month}`
}

/** @throws Problem `not_ready` if Redis can't be used at the moment */
async function available<T>(reply: Promise<T>): Promise<T> {
  try {
    return await reply
  } catch (cause) {
    if (!isRedisFailure(cause)) throw cause
    throw new Problem('not_ready', 'The quota of this key can’t be checked at the moment. Try again in a moment.', {
      retryAfterSeconds: 5,
      cause,
    })
  }
}
