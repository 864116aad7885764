import type { Job } from '@/lib/shared/contract/jobs'
import { jsonLine } from '@/lib/shared/results/columns'
import type { ObjectStore } from '../../storage/objects'
import { callbackWait, type Post, tellEnd } from '../tell-end'
import { type End, readEnd } from './end-mark'
import { endMark, manifestPrefix, partsPrefix, placeOfPart, resultsKey, shardOfManifest, toldMark } from './layout'
import type { Ledger, Standing } from './ledger'
import type { WorkQueue } from './queue'
import { remakeJob } from './restore'
import { resultLines } from './results'
import { Contradiction } from './trouble'

/**
 * Ends a round of a job, the one way: whoever writes the mark first has said how, and everybody else reads it. → how it ended.
 */
export async function endJob(store: ObjectStore, ledger: Ledger, id: string, round: number, state: End['state']) {
  const { shards = 0 } = (await ledger.standing(id)) ?? {}
  const mine: End = { state, finished_at: new Date(await ledger.now()).toISOString(), shards }
  const key = endMark(id, round)
  const written = await store.put(key, JSON.stringify(mine), { once: true, type: 'application/json' })
  const end = written ? mine : await readEnd(store, id, round)
  if (end === null) throw new Contradiction(key)
  await ledger.end(id, round, end.state, end.finished_at)
  return end
}

/**
 * Ends a job of which nothing is left to be done. Redis alone does not say so: it may have lost shards, or counts. A job is done where the bucket has the
 * results of each of its shards; else it is made anew from there. → what was missing, or null.
 */
export async function seeToEnd(
  store: ObjectStore,
  ledger: Ledger,
  queue: WorkQueue,
  id: string,
): Promise<string | null> {
  const over = await ledger.complete(id)
  if (over === null) return null
  const missing = over.whole ? await whatIsMissing(store, ledger, id) : 'counts that come to the total'
  if (missing !== null) {
    await remakeJob(store, ledger, id)
    await queue.feed(id)
    return missing
  }
  await endJob(store, ledger, id, over.round, 'done')
  await queue.end(id, over.round)
  return null
}

/** What Redis or the bucket lacks for a job to be done, in words; null where all is there. */
async function whatIsMissing(store: ObjectStore, ledger: Ledger, id: string): Promise<string | null> {
  const standing = await ledger.standing(id)
  if (standing === null) return null
  const without = new Set<number>()
  let shards = 0
  for await (const page of store.list(manifestPrefix(id))) {
    for (const { key } of page) without.add(shardOfManifest(key))
    shards += page.length
  }
  if (standing.closing !== null) without.delete(standing.closing)
  let parts = 0
  for await (const page of store.list(partsPrefix(id))) {
    for (const { key } of page) without.delete(placeOfPart(key).shard)
    parts += page.length
  }
  if (without.size > 0) return `results of shard ${[...without].slice(0, 10).join(', ')}`
  if (shards !== standing.shards) return `${shards - standing.shards} shards in Redis`
  return parts === (await ledger.parts(id)) ? null : 'the order of the results in Redis'
}

/** Writes all results as one object. Written again it is the same. */
export async function joinResults(store: ObjectStore, ledger: Ledger, id: string, signal: AbortSignal): Promise<void> {
  const standing = await ledger.standing(id)
  if (standing === null) return
  const { round, total } = standing
  async function* lines() {
    let rows = 0
    for await (const { row } of resultLines(store, ledger, id, round, { signal })) {
      rows++
      yield jsonLine(row)
    }
    if (rows !== total) throw new Error(`the parts of job ${id} have ${rows} rows for ${total} photos`)
  }
  await store.putPieces(resultsKey(id), lines(), 'application/x-ndjson', signal)
}

/**
 * Tells a job's end to who asked for it, once. → milliseconds to wait before the next attempt, or null where there is none.
 *
 * @throws Error where it was given up half way, because this process stops: that is no attempt
 */
export async function tellOnce(
  store: ObjectStore,
  ledger: Ledger,
  { spec, round, callback }: Standing,
  job: Job,
  post: Post,
  signal: AbortSignal,
): Promise<number | null> {
  if (!spec.callback) return null
  const attempts = (callback?.attempts ?? 0) + 1
  const delivered = await tellEnd(spec.callback, job, post, signal)
  if (!delivered) signal.throwIfAborted()
  const wait = delivered ? null : callbackWait(attempts)
  const state = delivered ? 'delivered' : wait === null ? 'given_up' : 'waiting'
  // Redis may forget that it was told.
  if (wait === null) await store.put(toldMark(job.id, round, state), '{}', { once: true })
  await ledger.set(job.id, { callback_state: state, callback_attempts: attempts })
  return wait
}
