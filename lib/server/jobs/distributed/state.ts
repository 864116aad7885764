import { Script } from '../../redis/script'

/** All keys share this hash tag, so that a cluster has them in one slot: scripts and BullMQ's need that. */
export const PREFIX = '{vision}'
export const JOBS_KEY = `${PREFIX}:jobs`
/** Jobs that are not over, or whose end is not seen to. */
export const ACTIVE_KEY = `${PREFIX}:active`
/** Virtual time of fair queueing: the tag of the shard that was taken up last. */
export const CLOCK_KEY = `${PREFIX}:clock`

const PARTS = ['', 'shards', 'open', 'failed', 'again', 'log', 'recent', 'names', 'dead'] as const

/**
 * The keys of a job in Redis:
 * a hash (see `Ledger`); `shards` by the index of their first photo; `open` those that were given out and are not done; `failed` how many photos of
 * a shard failed; `again` shards to run again; `log` parts in the order of their being done; `recent` when how many were done; `names` digests
 * of the photos' names while it is open; `dead` open shards that were given up, and why.
 */
export function keysOf(id: string): Record<Exclude<(typeof PARTS)[number], ''> | 'job', string> {
  const of = (part: string) => `${PREFIX}:job:${id}${part && `:${part}`}`
  const rest = Object.fromEntries(PARTS.filter((part) => part !== '').map((part) => [part, of(part)]))
  return { job: of(''), ...rest } as ReturnType<typeof keysOf>
}

export function allKeysOf(id: string): string[] {
  return Object.values(keysOf(id))
}

/** Shards of one job that are given out at most. */
export const WINDOW = 64
/** BullMQ's priorities end at 2^21. */
const LAST_TAG = 2_000_000
/** Of what was done when: enough for the rate of the last seconds. */
const RECENT = 200

/** KEYS job shards · ARGV shard first count now. → 1; 0 where that is not the next shard; -1 where the job takes none any more. */
export const APPEND = new Script<number>(`
if redis.call('HGET', KEYS[1], 'state') ~= 'running' then return -1 end
if tonumber(redis.call('HGET', KEYS[1], 'shards')) ~= tonumber(ARGV[1]) then return 0 end
redis.call('HINCRBY', KEYS[1], 'shards', 1)
redis.call('HINCRBY', KEYS[1], 'total', ARGV[3])
redis.call('HSET', KEYS[1], 'touched', ARGV[4])
redis.call('HINCRBY', KEYS[1], 'version', 1)
redis.call('ZADD', KEYS[2], ARGV[2], ARGV[1])
return 1`)

/**
 * KEYS job open again clock. The next shard to be given out: → {shard, round, tag}, or nothing. Tags are those of start-time fair queueing: a job that
 * comes late begins at the present, so that it neither waits for the many shards of another nor makes up for the time before it.
 */
export const TAKE = new Script<[shard: number, round: number, tag: number] | null>(`
local job = redis.call('HMGET', KEYS[1], 'state', 'paused', 'cursor', 'shards', 'round', 'tag')
if job[1] ~= 'running' or job[2] == '1' then return nil end
if redis.call('SCARD', KEYS[2]) >= ${WINDOW} then return nil end
local shard = redis.call('LPOP', KEYS[3])
if not shard then
  if tonumber(job[3]) >= tonumber(job[4]) then return nil end
  shard = job[3]
  redis.call('HINCRBY', KEYS[1], 'cursor', 1)
end
local clock = tonumber(redis.call('GET', KEYS[4]) or '0')
local tag = math.max(clock, tonumber(job[6] or '0')) + 1
if tag > ${LAST_TAG} then
  redis.call('SET', KEYS[4], 0)
  tag = 1
end
redis.call('HSET', KEYS[1], 'tag', tag)
redis.call('SADD', KEYS[2], shard .. ':' .. job[5])
return { tonumber(shard), tonumber(job[5]), tag }`)

/** KEYS job open again · ARGV shard round. Gives a shard back that nobody has begun. */
export const GIVE_BACK = new Script<number>(`
if redis.call('SREM', KEYS[2], ARGV[1] .. ':' .. ARGV[2]) == 0 then return 0 end
redis.call('LPUSH', KEYS[3], ARGV[1])
return 1`)

/** KEYS clock · ARGV tag. A shard is taken up. */
export const ADVANCE = new Script<number>(`
local clock = tonumber(redis.call('GET', KEYS[1]) or '0')
if tonumber(ARGV[1]) > clock then redis.call('SET', KEYS[1], ARGV[1]) end
return 1`)

/**
 * KEYS job open failed log recent dead · ARGV shard round ok failed now. Counts a part, once: → 1, or 0 where it was counted before.
 * Called after the part is in the bucket: what Redis forgets is found there again.
 */
export const FINISH = new Script<number>(`
local place = ARGV[1] .. ':' .. ARGV[2]
if redis.call('SREM', KEYS[2], place) == 0 then return 0 end
redis.call('HDEL', KEYS[6], place)
redis.call('HINCRBY', KEYS[1], 'ok', ARGV[3])
redis.call('HINCRBY', KEYS[1], 'failed', ARGV[4])
redis.call('HSET', KEYS[1], 'touched', ARGV[5])
redis.call('HINCRBY', KEYS[1], 'version', 1)
if tonumber(ARGV[4]) > 0 then redis.call('HSET', KEYS[3], ARGV[1], ARGV[4]) end
redis.call('RPUSH', KEYS[4], place)
redis.call('RPUSH', KEYS[5], ARGV[5] .. ':' .. (ARGV[3] + ARGV[4]))
redis.call('LTRIM', KEYS[5], -${RECENT}, -1)
return 1`)

/** KEYS job open again. Whether nothing is left to be done: → the round that is over, or -1. */
export const COMPLETE = new Script<number>(`
local job = redis.call('HMGET', KEYS[1], 'state', 'open', 'cursor', 'shards', 'round', 'listing')
if job[1] ~= 'running' or job[2] == '1' or job[6] == '1' or tonumber(job[3]) < tonumber(job[4]) then return -1 end
if redis.call('SCARD', KEYS[2]) > 0 or redis.call('LLEN', KEYS[3]) > 0 then return -1 end
return tonumber(job[5])`)

/** KEYS job failed again active · ARGV round id. Begins a round with the shards that have failures: → 1, or 0 where it began before. */
export const RETRY = new Script<number>(`
if tonumber(redis.call('HGET', KEYS[1], 'round')) ~= tonumber(ARGV[1]) - 1 then return 0 end
for _, shard in ipairs(redis.call('HKEYS', KEYS[2])) do redis.call('RPUSH', KEYS[3], shard) end
redis.call('DEL', KEYS[2])
redis.call('HSET', KEYS[1], 'round', ARGV[1], 'failed', 0, 'state', 'running', 'finished_at', '')
redis.call('HDEL', KEYS[1], 'callback_state', 'callback_attempts')
redis.call('HINCRBY', KEYS[1], 'version', 1)
redis.call('SADD', KEYS[4], ARGV[2])
return 1`)

/** KEYS job open again recent names dead · ARGV round state finished_at. The one way into a state that is for good. */
export const END = new Script<number>(`
local job = redis.call('HMGET', KEYS[1], 'state', 'round')
if job[1] ~= 'running' or job[2] ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'state', ARGV[2], 'finished_at', ARGV[3], 'open', 0)
redis.call('HINCRBY', KEYS[1], 'version', 1)
for key = 2, 6 do redis.call('DEL', KEYS[key]) end
return 1`)

/** KEYS job · ARGV field value…. Changes a job that is there, or says by no fields that something of it has changed: → 1, or 0. */
export const SET = new Script<number>(`
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
if #ARGV > 0 then redis.call('HSET', KEYS[1], unpack(ARGV)) end
redis.call('HINCRBY', KEYS[1], 'version', 1)
return 1`)

/** KEYS job active · ARGV id. Nothing more is to be seen to, unless the job was begun again. */
export const SETTLE = new Script<number>(`
if redis.call('HGET', KEYS[1], 'state') == 'running' then return 0 end
return redis.call('SREM', KEYS[2], ARGV[1])`)
