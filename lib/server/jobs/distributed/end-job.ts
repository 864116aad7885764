import type { Job } from '@/lib/shared/contract/jobs'
import { jsonLine } from '@/lib/shared/results/columns'
import type { ObjectStore } from '../../storage/object-store'
import { callbackDelay, type Post, sendCallback } from '../send-callback'
import { type End, readEnd } from './end-marker'
import { InconsistentBucket } from './failures'
import type { JobRecord } from './job-record'
import type { Ledger } from './ledger'
import {
  callbackMarker,
  endMarker,
  manifestPrefix,
  parseManifestKey,
  parsePartKey,
  partsPrefix,
  resultsKey,
} from './object-keys'
import { rebuildJob } from './restore'
import { resultsInOrder } from './results'
import type { WorkQueue } from './work-queue'

/**
 * Ends a round of a job. This is the only way: the first one to write the end marker decides how it ended, and everyone
 * else reads it.
 *
 * @returns how it ended
 */
export async function endJob(store: ObjectStore, ledger: Ledger, id: string, round: number, state: End['state']) {
  const { shards = 0 } = (await ledger.record(id)) ?? {}
  const mine: End = { state, finished_at: new Date(await ledger.now()).toISOString(), shards }
  const key = endMarker(id, round)
  const isFirst = await store.put(key, JSON.stringify(mine), { ifAbsent: true, type: 'application/json' })
  const end = isFirst ? mine : await readEnd(store, id, round)
  if (end === null) throw new InconsistentBucket(key)
  await ledger.endJob(id, round, end.state, end.finished_at)
  return end
}

/**
 * Ends a job in which nothing is left to do. Redis's word isn't enough, because it may have lost shards or counts: a
 * job is done if the bucket has the results of each of its shards; otherwise it is rebuilt from the bucket.
 *
 * @returns what was missing, or null
 */
export async function finishIfComplete(
  store: ObjectStore,
  ledger: Ledger,
  queue: WorkQueue,
  id: string,
): Promise<string | null> {
  const finished = await ledger.finishedRound(id)
  if (finished === null) return null
  const missing = finished.countsMatch ? await findMissing(store, ledger, id) : 'counts that add up to the total'
  if (missing !== null) {
    await rebuildJob(store, ledger, id)
    await queue.dispatch(id)
    return missing
  }
  await endJob(store, ledger, id, finished.round, 'done')
  await queue.enqueueEnd(id, finished.round)
  return null
}

/** What Redis or the bucket lacks for the job to be done, in words; null if nothing is missing. */
async function findMissing(store: ObjectStore, ledger: Ledger, id: string): Promise<string | null> {
  const record = await ledger.record(id)
  if (record === null) return null
  const incomplete = new Set<number>()
  let shards = 0
  for await (const page of store.list(manifestPrefix(id))) {
    for (const { key } of page) incomplete.add(parseManifestKey(key))
    shards += page.length
  }
  if (record.closing !== null) incomplete.delete(record.closing)
  let parts = 0
  for await (const page of store.list(partsPrefix(id))) {
    for (const { key } of page) incomplete.delete(parsePartKey(key).shard)
    parts += page.length
  }
  if (incomplete.size > 0) return `results of shard ${[...incomplete].slice(0, 10).join(', ')}`
  if (shards !== record.shards) return `${shards - record.shards} shards in Redis`
  return parts === (await ledger.partCount(id)) ? null : 'the order of the results in Redis'
}

/** Writes all results as one object. Idempotent. */
export async function mergeResults(store: ObjectStore, ledger: Ledger, id: string, signal: AbortSignal): Promise<void> {
  const record = await ledger.record(id)
  if (record === null) return
  const { round, total } = record
  async function* lines() {
    let rows = 0
    for await (const { row } of resultsInOrder(store, ledger, id, round, { signal })) {
      rows++
      yield jsonLine(row)
    }
    if (rows !== total) throw new Error(`the parts of job ${id} have ${rows} rows for ${total} photos`)
  }
  await store.putStream(resultsKey(id), lines(), 'application/x-ndjson', signal)
}

/**
 * Sends a job's callback once.
 *
 * @returns the delay before the next attempt (milliseconds), or null if there is none
 * @throws Error if the attempt was broken off because this process is stopping: it doesn't count as an attempt
 */
export async function attemptCallback(
  store: ObjectStore,
  ledger: Ledger,
  { spec, round, callback }: JobRecord,
  job: Job,
  post: Post,
  signal: AbortSignal,
): Promise<number | null> {
  if (!spec.callback) return null
  const attempts = (callback?.attempts ?? 0) + 1
  const delivered = await sendCallback(spec.callback, job, post, signal)
  if (!delivered) signal.throwIfAborted()
  const delay = delivered ? null : callbackDelay(attempts)
  const state = delivered ? 'delivered' : delay === null ? 'given_up' : 'waiting'
  // Redis may lose the delivery status.
  if (delay === null) await store.put(callbackMarker(job.id, round, state), '{}', { ifAbsent: true })
  await ledger.setFields(job.id, { callback_state: state, callback_attempts: attempts })
  return delay
}
