import { Script } from '../../redis/script'

/** Maximum dispatched shards per job. */
const MAX_DISPATCHED = 64
/** BullMQ's priorities end at 2^21. */
const MAX_TAG = 2_000_000
/** Entries of `recent`: enough for the rate over the last seconds. */
const MAX_RECENT = 200

/** Milliseconds since 1970 by Redis's clock, the only one that all processes share. */
const NOW = `local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)`

/**
 * KEYS jobs active job names · ARGV id created active field value…. Adds a job that doesn't exist: → 1, or 0 if it
 * does. The job exists completely from here on.
 */
export const ADD_JOB = new Script<number>(`
if redis.call('HEXISTS', KEYS[3], 'spec') == 1 then return 0 end
${NOW}
redis.call('HSET', KEYS[3], 'touched', now, 'made', ARGV[2], 'named', redis.call('SCARD', KEYS[4]), unpack(ARGV, 4))
redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
if ARGV[3] == '1' then redis.call('SADD', KEYS[2], ARGV[1]) end
return 1`)

/**
 * KEYS jobs active job · ARGV id. Whether the job exists: → 1 or 0. Puts it back into the lists of jobs if they have
 * lost it.
 */
export const HAS_JOB = new Script<number>(`
local job = redis.call('HMGET', KEYS[3], 'spec', 'state', 'made')
if not job[1] then return 0 end
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) then redis.call('ZADD', KEYS[1], job[3] or 0, ARGV[1]) end
if job[2] == 'running' then redis.call('SADD', KEYS[2], ARGV[1]) end
return 1`)

/** Why `ADD_SHARD` refuses a shard: the job has ended, Redis has no such job, or Redis lacks an earlier shard. */
export const REFUSED = -1
export const UNKNOWN = -2
export const GAP = -3

/**
 * KEYS job shards names · ARGV shard first count closing expiry digest…. Adds a shard that is in the bucket, with the
 * names of its photos: → 1; 0 if it was added before; else why not. The closing shard has no photos, and the job
 * accepts none after it.
 */
export const ADD_SHARD = new Script<number>(`
local job = redis.call('HMGET', KEYS[1], 'state', 'shards', 'open')
if not job[1] then return ${UNKNOWN} end
if tonumber(job[2]) > tonumber(ARGV[1]) then return 0 end
if tonumber(job[2]) < tonumber(ARGV[1]) then return ${GAP} end
if job[1] ~= 'running' then return ${REFUSED} end
redis.call('HINCRBY', KEYS[1], 'shards', 1)
redis.call('HINCRBY', KEYS[1], 'version', 1)
if ARGV[4] == '1' then
  redis.call('HSET', KEYS[1], 'open', 0, 'closing', ARGV[1])
  return 1
end
${NOW}
redis.call('HINCRBY', KEYS[1], 'total', ARGV[3])
redis.call('HSET', KEYS[1], 'touched', now)
redis.call('ZADD', KEYS[2], ARGV[2], ARGV[1])
if job[3] == '1' and #ARGV > 5 then
  redis.call('HINCRBY', KEYS[1], 'named', redis.call('SADD', KEYS[3], unpack(ARGV, 6)))
  redis.call('EXPIRE', KEYS[3], ARGV[5])
end
return 1`)

/**
 * KEYS job names · ARGV digest. Whether an open job has a photo with this name: → 1 or 0; -1 if Redis has lost any of
 * its names. The job's hash has their expected number.
 */
export const HAS_NAME = new Script<number>(`
local job = redis.call('HMGET', KEYS[1], 'state', 'named')
if job[1] and job[1] ~= 'running' then return 0 end
if redis.call('SCARD', KEYS[2]) ~= tonumber(job[2] or -1) then return -1 end
return redis.call('SISMEMBER', KEYS[2], ARGV[1])`)

/** KEYS job names. Records that the existing names are complete. */
export const MARK_NAMES_COMPLETE = new Script<number>(`
if redis.call('HEXISTS', KEYS[1], 'spec') == 0 then return 0 end
return redis.call('HSET', KEYS[1], 'named', redis.call('SCARD', KEYS[2]))`)

/**
 * KEYS job open again clock. The next shard to dispatch: → {shard, round, tag}, or nil. Tags implement start-time fair
 * queueing: a job that arrives late starts at the current virtual time, so it neither waits for the many shards of
 * another job nor catches up on the time before it.
 */
export const TAKE_SHARD = new Script<[shard: number, round: number, tag: number] | null>(`
local job = redis.call('HMGET', KEYS[1], 'state', 'paused', 'cursor', 'shards', 'round', 'tag', 'closing')
if job[1] ~= 'running' or job[2] == '1' then return nil end
if redis.call('SCARD', KEYS[2]) >= ${MAX_DISPATCHED} then return nil end
local shard = redis.call('LPOP', KEYS[3])
if not shard then
  shard = tonumber(job[3])
  if shard == tonumber(job[7] or -1) then shard = redis.call('HINCRBY', KEYS[1], 'cursor', 1) end
  if shard >= tonumber(job[4]) then return nil end
  redis.call('HINCRBY', KEYS[1], 'cursor', 1)
end
local clock = tonumber(redis.call('GET', KEYS[4]) or '0')
local tag = math.max(clock, tonumber(job[6] or '0')) + 1
if tag > ${MAX_TAG} then
  redis.call('SET', KEYS[4], 0)
  tag = 1
end
redis.call('HSET', KEYS[1], 'tag', tag)
redis.call('SADD', KEYS[2], shard .. ':' .. job[5])
return { tonumber(shard), tonumber(job[5]), tag }`)

/** KEYS job open again · ARGV shard round. Returns a shard that no worker started. */
export const RETURN_SHARD = new Script<number>(`
if redis.call('SREM', KEYS[2], ARGV[1] .. ':' .. ARGV[2]) == 0 then return 0 end
redis.call('LPUSH', KEYS[3], ARGV[1])
return 1`)

/** KEYS clock · ARGV tag. A shard was started. */
export const ADVANCE_CLOCK = new Script<number>(`
local clock = tonumber(redis.call('GET', KEYS[1]) or '0')
if tonumber(ARGV[1]) > clock then redis.call('SET', KEYS[1], ARGV[1]) end
return 1`)

/**
 * KEYS job open failed log recent dead · ARGV shard round ok failed. Counts a part once: → 1, or 0 if it was counted
 * before. Called after the part is in the bucket, where it is found again if Redis loses the count.
 */
export const COUNT_SHARD = new Script<number>(`
local place = ARGV[1] .. ':' .. ARGV[2]
if redis.call('SREM', KEYS[2], place) == 0 then return 0 end
${NOW}
redis.call('HDEL', KEYS[6], place)
redis.call('HINCRBY', KEYS[1], 'ok', ARGV[3])
redis.call('HINCRBY', KEYS[1], 'failed', ARGV[4])
redis.call('HSET', KEYS[1], 'touched', now)
redis.call('HINCRBY', KEYS[1], 'version', 1)
if tonumber(ARGV[4]) > 0 then redis.call('HSET', KEYS[3], ARGV[1], ARGV[4]) end
redis.call('RPUSH', KEYS[4], place)
redis.call('RPUSH', KEYS[5], now .. ':' .. (ARGV[3] + ARGV[4]))
redis.call('LTRIM', KEYS[5], -${MAX_RECENT}, -1)
return 1`)

/**
 * KEYS job open again. If nothing is left to do: → {the finished round, 1}, or {the round, 0} if the counts don't add
 * up to the total because Redis has lost something.
 */
export const FINISHED_ROUND = new Script<[round: number, whole: number] | null>(`
local job = redis.call('HMGET', KEYS[1], 'state', 'open', 'cursor', 'shards', 'round', 'listing', 'closing', 'ok', 'failed', 'total')
if job[1] ~= 'running' or job[2] == '1' or job[6] == '1' then return nil end
local cursor = tonumber(job[3])
if cursor == tonumber(job[7] or -1) then cursor = cursor + 1 end
if cursor < tonumber(job[4]) then return nil end
if redis.call('SCARD', KEYS[2]) > 0 or redis.call('LLEN', KEYS[3]) > 0 then return nil end
local whole = 0
if job[8] + job[9] == tonumber(job[10]) then whole = 1 end
return { tonumber(job[5]), whole }`)

/**
 * KEYS job failed again active · ARGV round id. Starts a round with the shards that have failures: → 1, or 0 if it was
 * started before.
 */
export const START_ROUND = new Script<number>(`
if tonumber(redis.call('HGET', KEYS[1], 'round')) ~= tonumber(ARGV[1]) - 1 then return 0 end
for _, shard in ipairs(redis.call('HKEYS', KEYS[2])) do redis.call('RPUSH', KEYS[3], shard) end
redis.call('DEL', KEYS[2])
redis.call('HSET', KEYS[1], 'round', ARGV[1], 'failed', 0, 'state', 'running', 'finished_at', '')
redis.call('HDEL', KEYS[1], 'callback_state', 'callback_attempts')
redis.call('HINCRBY', KEYS[1], 'version', 1)
redis.call('SADD', KEYS[4], ARGV[2])
return 1`)

/**
 * KEYS job open again recent names dead · ARGV round state finished_at. The only way into a terminal state. A cancelled
 * job keeps its dispatched shards: if a shard's results are in the bucket, or on their way, they are still counted.
 */
export const END_JOB = new Script<number>(`
local job = redis.call('HMGET', KEYS[1], 'state', 'round')
if job[1] ~= 'running' or job[2] ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'state', ARGV[2], 'finished_at', ARGV[3], 'open', 0)
redis.call('HINCRBY', KEYS[1], 'version', 1)
for key = ARGV[2] == 'cancelled' and 3 or 2, 6 do redis.call('DEL', KEYS[key]) end
return 1`)

/** KEYS job · ARGV field value…. Changes an existing job or, without fields, only its version: → 1 or 0. */
export const SET_FIELDS = new Script<number>(`
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
if #ARGV > 0 then redis.call('HSET', KEYS[1], unpack(ARGV)) end
redis.call('HINCRBY', KEYS[1], 'version', 1)
return 1`)

/** KEYS job active · ARGV id. Nothing is left to do, unless the job was started again. */
export const DEACTIVATE = new Script<number>(`
if redis.call('HGET', KEYS[1], 'state') == 'running' then return 0 end
return redis.call('SREM', KEYS[2], ARGV[1])`)

/** KEYS slots · ARGV token slots ms. Takes a slot for a time, if one is free: → 1 or 0. */
export const ACQUIRE_SLOT = new Script<number>(`
${NOW}
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) and redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[2]) then return 0 end
redis.call('ZADD', KEYS[1], now + ARGV[3], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1`)

/** KEYS lock · ARGV token ms. Renews a lock that is still held by this token, or releases it if `ms` is 0: → 1 or 0. */
export const RENEW_LOCK = new Script<number>(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if tonumber(ARGV[2]) > 0 then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return redis.call('DEL', KEYS[1])`)
