import { randomBytes } from 'node:crypto'
import type { RedisClient } from '../../redis/connect'
import type { JobSpec } from '../backend'
import { rateOf } from '../rate-meter'
import { type JobRecord, parseRecord } from './job-record'
import { Locks } from './locks'
import { digestOf, NAMES_TTL_S, PhotoNames } from './photo-names'
import { ACTIVE_KEY, allKeysOf, CLOCK_KEY, COMPLETE_KEY, JOBS_KEY, keysOf } from './redis-keys'
import {
  ADD_JOB,
  ADD_SHARD,
  ADVANCE_CLOCK,
  COUNT_SHARD,
  DEACTIVATE,
  END_JOB,
  FINISHED_ROUND,
  HAS_JOB,
  RETURN_SHARD,
  SET_FIELDS,
  START_ROUND,
  TAKE_SHARD,
} from './scripts'

/** A check whose worker has said nothing for so long doesn't run. */
const CHECK_TTL_S = 15

/** A dispatched shard. */
export interface Task {
  id: string
  shard: number
  round: number
}

/** The state of all jobs in Redis, and which shards are dispatched. Each change is one atomic step. */
export class Ledger {
  readonly locks: Locks
  readonly names: PhotoNames

  constructor(private readonly redis: RedisClient) {
    this.locks = new Locks(redis)
    this.names = new PhotoNames(redis)
  }

  /** Null if Redis has no such job. */
  async record(id: string): Promise<JobRecord | null> {
    const keys = keysOf(id)
    const [job, dispatched, again, dead] = await Promise.all([
      this.redis.hgetall(keys.job),
      this.redis.scard(keys.open),
      this.redis.llen(keys.again),
      this.redis.hlen(keys.dead),
    ])
    return parseRecord(job, { dispatched, again, dead })
  }

  /** Changes whenever anything of the job changes; null if Redis has no such job. */
  async version(id: string): Promise<string | null> {
    return this.redis.hget(keysOf(id).job, 'version')
  }

  /** Identifies the current order of finished parts; a job of an older server has the first. */
  async epoch(id: string): Promise<string> {
    return (await this.redis.hget(keysOf(id).job, 'epoch')) ?? '0'
  }

  /** Recent photos per second. */
  async rate(id: string): Promise<number | null> {
    const recent = await this.redis.lrange(keysOf(id).recent, 0, -1)
    const done = recent.map((entry) => entry.split(':').map(Number) as [number, number])
    return done.length === 0 ? null : rateOf(done, await this.now())
  }

  /** Milliseconds since 1970 by Redis's clock: this machine's may be wrong. */
  async now(): Promise<number> {
    const [seconds, micros] = await this.redis.time()
    return Number(seconds) * 1000 + Math.floor(Number(micros) / 1000)
  }

  /** Adds a job that Redis doesn't have. `fields` override the defaults of its hash. */
  async addJob(spec: JobSpec, fields: Record<string, string | number>, active: boolean): Promise<void> {
    const { id } = spec
    const { job, names } = keysOf(id)
    const none = { open: 0, paused: 0, round: 0, shards: 0, cursor: 0, total: 0, ok: 0, failed: 0, version: 1 }
    // Only Redis has the order in which parts finish: a position in it means nothing after the order was rebuilt.
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

  /** Nothing is left to do for a job that has ended. */
  async deactivate(id: string): Promise<void> {
    await DEACTIVATE.run(this.redis, [keysOf(id).job, ACTIVE_KEY], [id])
  }

  /** IDs in the order of creation. */
  ids(): Promise<string[]> {
    return this.redis.zrange(JOBS_KEY, '0', '-1')
  }

  /** The stored state of each job; null if Redis has no such job. A paused job is stored as running. */
  states(ids: readonly string[]): Promise<(JobRecord['state'] | null)[]> {
    return Promise.all(ids.map((id) => this.redis.hget(keysOf(id).job, 'state') as Promise<JobRecord['state'] | null>))
  }

  /** The share of a job's check that a worker has done, from 0 to 1; null if none runs, or its worker died. */
  async checkProgress(id: string): Promise<number | null> {
    const share = await this.redis.get(keysOf(id).check)
    return share === null ? null : Number(share)
  }

  /** @param share null once the check has ended */
  async setCheckProgress(id: string, share: number | null): Promise<void> {
    if (share === null) await this.redis.del(keysOf(id).check)
    else await this.redis.set(keysOf(id).check, share.toFixed(3), 'EX', CHECK_TTL_S)
  }

  activeIds(): Promise<string[]> {
    return this.redis.smembers(ACTIVE_KEY)
  }

  async hasJob(id: string): Promise<boolean> {
    return (await HAS_JOB.run(this.redis, [JOBS_KEY, ACTIVE_KEY, keysOf(id).job], [id])) === 1
  }

  /** Whether Redis has every job of the bucket. It doesn't after it lost its data, until the jobs are restored. */
  async isComplete(): Promise<boolean> {
    return (await this.redis.exists(COMPLETE_KEY)) === 1
  }

  async markComplete(): Promise<void> {
    await this.redis.set(COMPLETE_KEY, '1')
  }

  /** Adds a shard that is in the bucket. @returns 1; 0 if it was added before; else `REFUSED`, `UNKNOWN` or `GAP` */
  addShard(
    id: string,
    shard: number,
    { first, lines, closing }: { first: number; lines: readonly { file: string }[]; closing: boolean },
  ): Promise<number> {
    const { job, shards, names } = keysOf(id)
    const args = [shard, first, lines.length, closing ? 1 : 0, NAMES_TTL_S]
    return ADD_SHARD.run(this.redis, [job, shards, names], [...args, ...lines.map(({ file }) => digestOf(file))])
  }

  /** Takes the next shard to dispatch, if the job has one. */
  async takeShard(id: string): Promise<(Task & { tag: number }) | null> {
    const { job, open, again } = keysOf(id)
    const taken = await TAKE_SHARD.run(this.redis, [job, open, again, CLOCK_KEY])
    return taken && { id, shard: taken[0], round: taken[1], tag: taken[2] }
  }

  /** Returns a dispatched shard that no worker started. */
  async returnShard({ id, shard, round }: Task): Promise<void> {
    const { job, open, again } = keysOf(id)
    await RETURN_SHARD.run(this.redis, [job, open, again], [shard, round])
  }

  async advanceClock(tag: number): Promise<void> {
    await ADVANCE_CLOCK.run(this.redis, [CLOCK_KEY], [tag])
  }

  /** Counts a shard's part. @returns false if it was counted before */
  async countShard({ id, shard, round }: Task, { ok, failed }: { ok: number; failed: number }): Promise<boolean> {
    const keys = keysOf(id)
    const names = [keys.job, keys.open, keys.failed, keys.log, keys.recent, keys.dead]
    return (await COUNT_SHARD.run(this.redis, names, [shard, round, ok, failed])) === 1
  }

  /** The round in which nothing is left to do, and whether its counts add up to the total; else null. */
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

  /** The shard that has the photo with this index, and the index of its first photo. */
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

  /** Parts in the order in which they finished. */
  async finishedParts(id: string, from: number, limit: number): Promise<Task[]> {
    const members = await this.redis.lrange(keysOf(id).log, from, from + limit - 1)
    return members.map((member) => taskOf(id, member))
  }

  /** How many parts have finished. */
  partCount(id: string): Promise<number> {
    return this.redis.llen(keysOf(id).log)
  }

  /** Removes everything of a job, so that it can be loaded. */
  async clearJob(id: string): Promise<void> {
    await this.redis.del(...allKeysOf(id))
  }

  /** Loads what the bucket has of a job, before the job itself is added. */
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

/** @param member `shard:round`, as the sets and lists of Redis have it */
function taskOf(id: string, member: string): Task {
  const [shard, round] = member.split(':').map(Number)
  return { id, shard: shard ?? 0, round: round ?? 0 }
}

function* chunks<T>(values: readonly T[], size = 1000): Generator<readonly T[]> {
  for (let at = 0; at < values.length; at += size) yield values.slice(at, at + size)
}
