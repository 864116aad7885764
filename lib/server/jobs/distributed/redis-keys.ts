/** All keys share this hash tag, so that a cluster keeps them in one slot, as our scripts and BullMQ's require. */
export const PREFIX = '{vision}'
export const JOBS_KEY = `${PREFIX}:jobs`
/** Jobs that haven't ended, or whose end hasn't been processed yet. */
export const ACTIVE_KEY = `${PREFIX}:active`
/** Set while Redis has every job of the bucket. A Redis that has lost all its data has lost this key too. */
export const COMPLETE_KEY = `${PREFIX}:whole`
/** The virtual time of fair queueing: the tag of the shard that was started last. */
export const CLOCK_KEY = `${PREFIX}:clock`

const KEY_NAMES = ['', 'shards', 'open', 'failed', 'again', 'log', 'recent', 'names', 'dead', 'check'] as const

/**
 * The keys of a job:
 *
 * - `job`: a hash (see `parseRecord`)
 * - `shards`: shards by the index of their first photo
 * - `open`: shards that were dispatched and aren't done
 * - `failed`: how many photos of a shard failed
 * - `again`: shards to run again
 * - `log`: parts in the order in which they finished
 * - `recent`: how many photos finished when
 * - `names`: digests of the photo names while the job is open
 * - `dead`: dispatched shards that are dead letters, and why
 * - `check`: the share of its check that a worker has done; expires soon after the last word of it
 */
export function keysOf(id: string): Record<Exclude<(typeof KEY_NAMES)[number], ''> | 'job', string> {
  const of = (part: string) => `${PREFIX}:job:${id}${part && `:${part}`}`
  const rest = Object.fromEntries(KEY_NAMES.filter((part) => part !== '').map((part) => [part, of(part)]))
  return { job: of(''), ...rest } as ReturnType<typeof keysOf>
}

export function allKeysOf(id: string): string[] {
  return Object.values(keysOf(id))
}

export function lockKey(name: string): string {
  return `${keysOf('').job}turn:${name}`
}

/** The callback slots of a host that are in use. */
export function slotsKey(host: string): string {
  return `${PREFIX}:told:${host}`
}
