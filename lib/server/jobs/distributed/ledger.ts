import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type { Job } from '@/lib/shared/contract/jobs'
import type { RedisClient } from '../../redis/connect'
import type { JobSpec } from '../backend'
import { rateOf } from '../rate-meter'
import {
  ACQUIRE_SLOT,
  ACTIVE_KEY,
  ADD_JOB,
  ADD_SHARD,
  ADVANCE_CLOCK,
  allKeysOf,
  CLOCK_KEY,
  COMPLETE_KEY,
  COUNT_SHARD,
  DEACTIVATE,
  END_JOB,
  FINISHED_ROUND,
  HAS_JOB,
  HAS_NAME,
  JOBS_KEY,
  keysOf,
  MARK_NAMES_COMPLETE,
  PREFIX,
  RENEW_LOCK,
  RETURN_SHARD,
  SET_FIELDS,
  START_ROUND,
  TAKE_SHARD,
} from './scripts'

/** A shard that was given out. */
export interface Task {
  id: string
  shard: number
  round: number
}

/** How a job stands in Redis. */
export interface JobRecord {
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
  lastActivity: number
  /** Whether the shards that are left were given up. */
  allDead: boolean
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
  async record(id: string): Promise<JobRecord | null> {
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
      state: job.state as JobRecord['state'],
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
      lastActivity: number('touched') || Date.parse(spec.created_at),
      allDead: dead > 0 && dead === open && idle,
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
  async addJob(spec: JobSpec, fields: Record<string, string | number>, active: boolean): Promise<void> {
    const { id } = spec
    const { job, names } = keysOf(id)
    const none = { open: 0, paused: 0, round: 0, shards: 0, cursor: 0, total: 0, ok: 0, failed: 0, version: 1 }
    // The order in which parts are done is Redis's alone: a place in it means nothing where the order was made anew.
    const epoch = randomBytes(4).toString('hex')
    const all = { ...none, epoch, state: 'running', ...fields, spec: JSON.stringify(spec) }
    const args = [id, Date.parse(spec.created_at), active ? 1 : 0, ...Object.entries(all).flat()]
    await ADD_JOB.run(this.redis, [JOBS_KEY, ACTIVE_KEY, job, names], args)
  }

  async removeJob(id: string): Promise<void> {
    await this.redis.del(...allKeysOf(id))
    await this.redis.srem(ACTIVE_KEY, id)
    await this.redis.zrem(JOBS_KEY, id)
  }

  /** All is done for a job that is over. */
  async deactivate(id: string): Promise<void> {
    await DEACTIVATE.run(this.redis, [keysOf(id).job, ACTIVE_KEY], [id])
  }

  /** Ids in the order of their making. */
  ids(): Promise<string[]> {
    return this.redis.zrange(JOBS_KEY, '0', '-1')
  }

  /** What is written of each as its state; null where Redis knows no such job. A paused job is written as running. */
  states(ids: readonly string[]): Promise<(JobRecord['state'] | null)[]> {
    return Promise.all(ids.map((id) => this.redis.hget(keysOf(id).job, 'state') as Promise<JobRecord['state'] | null>))
  }

  activeIds(): Promise<string[]> {
    return this.redis.smembers(ACTIVE_KEY)
  }

  async hasJob(id: string): Promise<boolean> {
    return (await HAS_JOB.run(this.redis, [JOBS_KEY, ACTIVE_KEY, keysOf(id).job], [id])) === 1
  }

  /** Whether Redis knows all jobs of the bucket: not where it has forgotten everything, and nobody has looked since. */
  async isComplete(): Promise<boolean> {
    return (await this.redis.exists(COMPLETE_KEY)) === 1
  }

  async markComplete(): Promise<void> {
    await this.redis.set(COMPLETE_KEY, '1')
  }

  /** Takes in a shard that is in the bucket. → 1; 0 where it was in before; `REFUSED`, `UNKNOWN`, `GAP` where it is not. */
  addShard(
    id: string,
    shard: number,
    { first, lines, closing }: { first: number; lines: readonly { file: string }[]; closing: boolean },
  ): Promise<number> {
    const { job, shards, names } = keysOf(id)
    const args = [shard, first, lines.length, closing ? 1 : 0, NAMES_S]
    return ADD_SHARD.run(this.redis, [job, shards, names], [...args, ...lines.map(({ file }) => digest(file))])
  }

  async takeShard(id: string): Promise<(Task & { tag: number }) | null> {
    const { job, open, again } = keysOf(id)
    const taken = await TAKE_SHARD.run(this.redis, [job, open, again, CLOCK_KEY])
    return taken && { id, shard: taken[0], round: taken[1], tag: taken[2] }
  }

  async returnShard({ id, shard, round }: Task): Promise<void> {
    const { job, open, again } = keysOf(id)
    await RETURN_SHARD.run(this.redis, [job, open, again], [shard, round])
  }

  async advanceClock(tag: number): Promise<void> {
    await ADVANCE_CLOCK.run(this.redis, [CLOCK_KEY], [tag])
  }

  /** Whether the part counts now; false where it did before. */
  async countShard({ id, shard, round }: Task, { ok, failed }: { ok: number; failed: number }): Promise<boolean> {
    const keys = keysOf(id)
    const names = [keys.job, keys.open, keys.failed, keys.log, keys.recent, keys.dead]
    return (await COUNT_SHARD.run(this.redis, names, [shard, round, ok, failed])) === 1
  }

  /** Where nothing is left of a round: which, and whether the counts come to the total; else null. */
  async finishedRound(id: string): Promise<{ round: number; countsMatch: boolean } | null> {
    const { job, open, again } = keysOf(id)
    const finished = await FINISHED_ROUND.run(this.redis, [job, open, again])
    return finished && { round: finished[0], countsMatch: finished[1] === 1 }
  }

  async startRound(id: string, round: number): Promise<void> {
    const { job, failed, again } = keysOf(id)
    await START_ROUND.run(this.redis, [job, failed, again, ACTIVE_KEY], [round, id])
  }

  async endJob(id: string, round: number, state: string, finishedAt: string): Promise<void> {
    const { job, open, again, recent, names, dead } = keysOf(id)
    await END_JOB.run(this.redis, [job, open, again, recent, names, dead], [round, state, finishedAt])
  }

  async setFields(id: string, fields: Record<string, string | number>): Promise<void> {
    await SET_FIELDS.run(this.redis, [keysOf(id).job], Object.entries(fields).flat())
  }

  /** Shards that were given out. */
  async dispatchedShards(id: string): Promise<Task[]> {
    return (await this.redis.smembers(keysOf(id).open)).map((member) => taskOf(id, member))
  }

  async markDead({ id, shard, round }: Task, reason: string): Promise<void> {
    if ((await this.redis.hset(keysOf(id).dead, `${shard}:${round}`, reason)) > 0) await this.setFields(id, {})
  }

  async deadShards(id: string): Promise<(Task & { reason: string })[]> {
    const dead = await this.redis.hgetall(keysOf(id).dead)
    return Object.entries(dead).map(([member, reason]) => ({ ...taskOf(id, member), reason }))
  }

  async unmarkDead({ id, shard, round }: Task): Promise<void> {
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
  async finishedParts(id: string, from: number, limit: number): Promise<Task[]> {
    const members = await this.redis.lrange(keysOf(id).log, from, from + limit - 1)
    return members.map((member) => taskOf(id, member))
  }

  /** How many parts are in the order of their being done. */
  partCount(id: string): Promise<number> {
    return this.redis.llen(keysOf(id).log)
  }

  /** Whether an open job has a photo of that name; null where Redis has lost some of its names. */
  async hasName(id: string, name: string): Promise<boolean | null> {
    const { job, names } = keysOf(id)
    const has = await HAS_NAME.run(this.redis, [job, names], [digest(name)])
    return has < 0 ? null : has === 1
  }

  /** All names are there that there are to be. */
  async markNamesComplete(id: string): Promise<void> {
    const { job, names } = keysOf(id)
    await MARK_NAMES_COMPLETE.run(this.redis, [job, names])
  }

  async addNames(id: string, names: readonly string[]): Promise<void> {
    if (names.length === 0) return
    const key = keysOf(id).names
    await this.redis.sadd(key, ...names.map(digest))
    await this.redis.expire(key, NAMES_S)
  }

  /** Has a turn alone among all processes, for as long as it takes; null where another has it. Whoever dies in it keeps it for `ms`. */
  async withLock<T>(name: string, ms: number, work: () => Promise<T>): Promise<T | null> {
    const key = `${keysOf('').job}turn:${name}`
    const token = randomUUID()
    if ((await this.redis.set(key, token, 'PX', ms, 'NX')) === null) return null
    const renewal = setInterval(() => void RENEW_LOCK.run(this.redis, [key], [token, ms]).catch(() => {}), ms / 3)
    try {
      return await work()
    } finally {
      clearInterval(renewal)
      // Where Redis does not answer the turn ends by itself.
      await RENEW_LOCK.run(this.redis, [key], [token, 0]).catch(() => {})
    }
  }

  /** Takes one of so many places at a host that callbacks go to, over all processes; it is free again after `ms`. Whether there was one. */
  async acquireSlot(host: string, token: string, slots: number, ms: number): Promise<boolean> {
    return (await ACQUIRE_SLOT.run(this.redis, [slotsKey(host)], [token, slots, ms])) === 1
  }

  async releaseSlot(host: string, token: string): Promise<void> {
    await this.redis.zrem(slotsKey(host), token)
  }

  /** Nothing of a job, for it to be filled. */
  async clearJob(id: string): Promise<void> {
    await this.redis.del(...allKeysOf(id))
  }

  /** Takes in what is in the bucket already, before the job is entered. */
  async load(
    id: string,
    found: {
      shards: readonly { shard: number; first: number }[]
      failed?: ReadonlyMap<number, number>
      again?: readonly number[]
      log?: readonly string[]
    },
  ): Promise<void> {
    const keys = keysOf(id)
    for (const chunk of chunks(found.shards))
      await this.redis.zadd(keys.shards, ...chunk.flatMap(({ shard, first }) => [first, shard]))
    for (const chunk of chunks([...(found.failed ?? [])])) await this.redis.hset(keys.failed, ...chunk.flat())
    for (const chunk of chunks(found.again ?? [])) await this.redis.rpush(keys.again, ...chunk)
    for (const chunk of chunks(found.log ?? [])) await this.redis.rpush(keys.log, ...chunk)
  }
}

function taskOf(id: string, member: string): Task {
  const [shard, round] = member.split(':').map(Number)
  return { id, shard: shard ?? 0, round: round ?? 0 }
}

function slotsKey(host: string): string {
  return `${PREFIX}:told:${host}`
}

function digest(name: string): Buffer {
  return createHash('sha256').update(name).digest().subarray(0, DIGEST_BYTES)
}

function* chunks<T>(values: readonly T[], size = 1000): Generator<readonly T[]> {
  for (let at = 0; at < values.length; at += size) yield values.slice(at, at + size)
}
