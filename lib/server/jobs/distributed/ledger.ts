import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type { Job } from '@/lib/shared/contract/jobs'
import type { RedisClient } from '../../redis/connect'
import type { JobSpec } from '../jobs'
import { rateOf } from '../rate'
import {
  ACTIVE_KEY,
  ADVANCE,
  APPEND,
  allKeysOf,
  CLOCK_KEY,
  COMPLETE,
  END,
  ENTER,
  FINISH,
  GIVE_BACK,
  HAS_NAME,
  HOLD,
  JOBS_KEY,
  KNOWS,
  keysOf,
  NAMED,
  PREFIX,
  RETRY,
  SET,
  SETTLE,
  TAKE,
  TURN,
  WHOLE_KEY,
} from './state'

/** A shard that was given out. */
export interface Task {
  id: string
  shard: number
  round: number
}

/** How a job stands in Redis. */
export interface Standing {
  spec: JobSpec
  state: 'running' | 'done' | 'cancelled'
  open: boolean
  /** Whether its source is still being listed. */
  listing: boolean
  paused: boolean
  round: number
  shards: number
  /** Number of the shard without photos that closed it; null while it is open, and where it never was. */
  closing: number | null
  total: number
  ok: number
  failed: number
  finishedAt: string | null
  /** When a photo came or was done last (milliseconds since 1970, by Redis). */
  touchedAt: number
  /** Whether the shards that are left were given up. */
  stuck: boolean
  version: number
  callback: Job['callback']
}

/** Bytes of a name's digest: that two of a million names share one has a chance of one in ten million. */
const DIGEST_BYTES = 8
/** Names are forgotten when a job got no photo for so long. */
const NAMES_S = 7 * 86_400

/** What Redis knows of the jobs: how each stands, and which shards are given out. Each change is one step of Redis. */
export class Ledger {
  constructor(private readonly redis: RedisClient) {}

  /** Null where Redis knows no such job. */
  async standing(id: string): Promise<Standing | null> {
    const keys = keysOf(id)
    const [job, open, again, dead] = await Promise.all([
      this.redis.hgetall(keys.job),
      this.redis.scard(keys.open),
      this.redis.llen(keys.again),
      this.redis.hlen(keys.dead),
    ])
    if (job.spec === undefined) return null
    const number = (name: string) => Number(job[name] ?? 0)
    const spec = JSON.parse(job.spec) as JobSpec
    const closing = job.closing === undefined ? null : number('closing')
    const cursor = number('cursor') + (number('cursor') === closing ? 1 : 0)
    const idle = job.open !== '1' && job.listing !== '1' && cursor >= number('shards') && again === 0
    return {
      spec,
      state: job.state as Standing['state'],
      open: job.open === '1',
      listing: job.listing === '1',
      paused: job.paused === '1',
      round: number('round'),
      shards: number('shards'),
      closing,
      total: number('total'),
      ok: number('ok'),
      failed: number('failed'),
      finishedAt: job.finished_at || null,
      touchedAt: number('touched') || Date.parse(spec.created_at),
      stuck: dead > 0 && dead === open && idle,
      version: number('version'),
      callback: spec.callback
        ? ({ state: job.callback_state ?? 'waiting', attempts: number('callback_attempts') } as Job['callback'])
        : null,
    }
  }

  /** Changes when anything of the job does; null where there is none. */
  async version(id: string): Promise<string | null> {
    return this.redis.hget(keysOf(id).job, 'version')
  }

  /** Which order of done parts this is; a job of an older server has the first. */
  async epoch(id: string): Promise<string> {
    return (await this.redis.hget(keysOf(id).job, 'epoch')) ?? '0'
  }

  /** Photos a second of late. */
  async rate(id: string): Promise<number | null> {
    const recent = await this.redis.lrange(keysOf(id).recent, 0, -1)
    const done = recent.map((entry) => entry.split(':').map(Number) as [number, number])
    return done.length === 0 ? null : rateOf(done, await this.now())
  }

  /** Milliseconds since 1970 by Redis: this machine's clock may be wrong. */
  async now(): Promise<number> {
    const [seconds, micros] = await this.redis.time()
    return Number(seconds) * 1000 + Math.floor(Number(micros) / 1000)
  }

  /** Takes a job in that is not known: `fields` is all that its hash holds. */
  async enter(spec: JobSpec, fields: Record<string, string | number>, active: boolean): Promise<void> {
    const { id } = spec
    const { job, names } = keysOf(id)
    const none = { open: 0, paused: 0, round: 0, shards: 0, cursor: 0, total: 0, ok: 0, failed: 0, version: 1 }
    // The order in which parts are done is Redis's alone: a place in it means nothing where the order was made anew.
    const epoch = randomBytes(4).toString('hex')
    const all = { ...none, epoch, state: 'running', ...fields, spec: JSON.stringify(spec) }
    const args = [id, Date.parse(spec.created_at), active ? 1 : 0, ...Object.entries(all).flat()]
    await ENTER.run(this.redis, [JOBS_KEY, ACTIVE_KEY, job, names], args)
  }

  async forget(id: string): Promise<void> {
    await this.redis.del(...allKeysOf(id))
    await this.redis.srem(ACTIVE_KEY, id)
    await this.redis.zrem(JOBS_KEY, id)
  }

  /** All is done for a job that is over. */
  async settle(id: string): Promise<void> {
    await SETTLE.run(this.redis, [keysOf(id).job, ACTIVE_KEY], [id])
  }

  /** Ids in the order of their making. */
  ids(): Promise<string[]> {
    return this.redis.zrange(JOBS_KEY, '0', '-1')
  }

  /** What is written of each as its state; null where Redis knows no such job. A paused job is written as running. */
  states(ids: readonly string[]): Promise<(Standing['state'] | null)[]> {
    return Promise.all(ids.map((id) => this.redis.hget(keysOf(id).job, 'state') as Promise<Standing['state'] | null>))
  }

  activeIds(): Promise<string[]> {
    return this.redis.smembers(ACTIVE_KEY)
  }

  async knows(id: string): Promise<boolean> {
    return (await KNOWS.run(this.redis, [JOBS_KEY, ACTIVE_KEY, keysOf(id).job], [id])) === 1
  }

  /** Whether Redis knows all jobs of the bucket: not where it has forgotten everything, and nobody has looked since. */
  async isWhole(): Promise<boolean> {
    return (await this.redis.exists(WHOLE_KEY)) === 1
  }

  async noteWhole(): Promise<void> {
    await this.redis.set(WHOLE_KEY, '1')
  }

  /** Takes in a shard that is in the bucket. → 1; 0 where it was in before; `REFUSED`, `UNKNOWN`, `GAP` where it is not. */
  append(
    id: string,
    shard: number,
    { first, lines, closing }: { first: number; lines: readonly { file: string }[]; closing: boolean },
  ): Promise<number> {
    const { job, shards, names } = keysOf(id)
    const place = [shard, first, lines.length, closing ? 1 : 0, NAMES_S]
    return APPEND.run(this.redis, [job, shards, names], [...place, ...lines.map(({ file }) => digest(file))])
  }

  async take(id: string): Promise<(Task & { tag: number }) | null> {
    const { job, open, again } = keysOf(id)
    const taken = await TAKE.run(this.redis, [job, open, again, CLOCK_KEY])
    return taken && { id, shard: taken[0], round: taken[1], tag: taken[2] }
  }

  async collectGarbageAbove({ id, shard, round }: Task): Promise<void> {
    const { job, open, again } = keysOf(id)
    await GIVE_BACK.run(this.redis, [job, open, again], [shard, round])
  }

  async advance(tag: number): Promise<void> {
    await ADVANCE.run(this.redis, [CLOCK_KEY], [tag])
  }

  /** Whether the part counts now; false where it did before. */
  async finish({ id, shard, round }: Task, { ok, failed }: { ok: number; failed: number }): Promise<boolean> {
    const keys = keysOf(id)
    const names = [keys.job, keys.open, keys.failed, keys.log, keys.recent, keys.dead]
    return (await FINISH.run(this.redis, names, [shard, round, ok, failed])) === 1
  }

  /** Where nothing is left of a round: which, and whether the counts come to the total; else null. */
  async complete(id: string): Promise<{ round: number; whole: boolean } | null> {
    const { job, open, again } = keysOf(id)
    const over = await COMPLETE.run(this.redis, [job, open, again])
    return over && { round: over[0], whole: over[1] === 1 }
  }

  async retry(id: string, round: number): Promise<void> {
    const { job, failed, again } = keysOf(id)
    await RETRY.run(this.redis, [job, failed, again, ACTIVE_KEY], [round, id])
  }

  async end(id: string, round: number, state: string, finishedAt: string): Promise<void> {
    const { job, open, again, recent, names, dead } = keysOf(id)
    await END.run(this.redis, [job, open, again, recent, names, dead], [round, state, finishedAt])
  }

  async set(id: string, fields: Record<string, string | number>): Promise<void> {
    await SET.run(this.redis, [keysOf(id).job], Object.entries(fields).flat())
  }

  /** Shards that were given out. */
  async given(id: string): Promise<Task[]> {
    return (await this.redis.smembers(keysOf(id).open)).map((place) => taskOf(id, place))
  }

  async bury({ id, shard, round }: Task, reason: string): Promise<void> {
    if ((await this.redis.hset(keysOf(id).dead, `${shard}:${round}`, reason)) > 0) await this.set(id, {})
  }

  async dead(id: string): Promise<(Task & { reason: string })[]> {
    const dead = await this.redis.hgetall(keysOf(id).dead)
    return Object.entries(dead).map(([place, reason]) => ({ ...taskOf(id, place), reason }))
  }

  async exhume({ id, shard, round }: Task): Promise<void> {
    await this.redis.hdel(keysOf(id).dead, `${shard}:${round}`)
  }

  /** The shard that holds the photo of an index, and the index of its first photo. */
  async shardAt(id: string, index: number): Promise<{ shard: number; first: number } | null> {
    const [shard, first] = await this.redis.zrevrangebyscore(
      keysOf(id).shards,
      index,
      '-inf',
      'WITHSCORES',
      'LIMIT',
      0,
      1,
    )
    return shard === undefined ? null : { shard: Number(shard), first: Number(first) }
  }

  /** Parts in the order of their being done, from a place on. */
  async done(id: string, from: number, most: number): Promise<Task[]> {
    const places = await this.redis.lrange(keysOf(id).log, from, from + most - 1)
    return places.map((place) => taskOf(id, place))
  }

  /** How many parts are in the order of their being done. */
  parts(id: string): Promise<number> {
    return this.redis.llen(keysOf(id).log)
  }

  /** Whether an open job has a photo of that name; null where Redis has lost some of its names. */
  async hasName(id: string, name: string): Promise<boolean | null> {
    const { job, names } = keysOf(id)
    const has = await HAS_NAME.run(this.redis, [job, names], [digest(name)])
    return has < 0 ? null : has === 1
  }

  /** All names are there that there are to be. */
  async noteNames(id: string): Promise<void> {
    const { job, names } = keysOf(id)
    await NAMED.run(this.redis, [job, names])
  }

  async addNames(id: string, names: readonly string[]): Promise<void> {
    if (names.length === 0) return
    const key = keysOf(id).names
    await this.redis.sadd(key, ...names.map(digest))
    await this.redis.expire(key, NAMES_S)
  }

  /** Has a turn alone among all processes, for as long as it takes; null where another has it. Whoever dies in it keeps it for `ms`. */
  async alone<T>(name: string, ms: number, work: () => Promise<T>): Promise<T | null> {
    const key = `${keysOf('').job}turn:${name}`
    const token = randomUUID()
    if ((await this.redis.set(key, token, 'PX', ms, 'NX')) === null) return null
    const keep = setInterval(() => void TURN.run(this.redis, [key], [token, ms]).catch(() => {}), ms / 3)
    try {
      return await work()
    } finally {
      clearInterval(keep)
      // Where Redis does not answer the turn ends by itself.
      await TURN.run(this.redis, [key], [token, 0]).catch(() => {})
    }
  }

  /** Takes one of so many places at a host that callbacks go to, over all processes; it is free again after `ms`. Whether there was one. */
  async hold(host: string, token: string, most: number, ms: number): Promise<boolean> {
    return (await HOLD.run(this.redis, [placesKey(host)], [token, most, ms])) === 1
  }

  async letGo(host: string, token: string): Promise<void> {
    await this.redis.zrem(placesKey(host), token)
  }

  /** Nothing of a job, for it to be filled. */
  async clear(id: string): Promise<void> {
    await this.redis.del(...allKeysOf(id))
  }

  /** Takes in what is in the bucket already, before the job is entered. */
  async fill(
    id: string,
    found: {
      shards: readonly { shard: number; first: number }[]
      failed?: ReadonlyMap<number, number>
      again?: readonly number[]
      log?: readonly string[]
    },
  ): Promise<void> {
    const keys = keysOf(id)
    for (const some of chunks(found.shards))
      await this.redis.zadd(keys.shards, ...some.flatMap(({ shard, first }) => [first, shard]))
    for (const some of chunks([...(found.failed ?? [])])) await this.redis.hset(keys.failed, ...some.flat())
    for (const some of chunks(found.again ?? [])) await this.redis.rpush(keys.again, ...some)
    for (const some of chunks(found.log ?? [])) await this.redis.rpush(keys.log, ...some)
  }
}

function taskOf(id: string, place: string): Task {
  const [shard, round] = place.split(':').map(Number)
  return { id, shard: shard ?? 0, round: round ?? 0 }
}

function placesKey(host: string): string {
  return `${PREFIX}:told:${host}`
}

function digest(name: string): Buffer {
  return createHash('sha256').update(name).digest().subarray(0, DIGEST_BYTES)
}

function* chunks<T>(values: readonly T[], size = 1000): Generator<readonly T[]> {
  for (let at = 0; at < values.length; at += size) yield values.slice(at, at + size)
}
