import type { Job } from '@/lib/shared/jobs'
import { jsonLine } from '@/lib/shared/results'
import type { ObjectStore } from '../../storage/objects'
import { CALLBACK_WAITS, type Post, tellEnd } from '../tell-end'
import { endMark, resultsKey } from './layout'
import type { Ledger } from './ledger'
import type { WorkQueue } from './queue'
import { resultLines } from './results'

export interface End {
  state: 'done' | 'cancelled'
  finished_at: string
}

/**
 * Ends a round of a job, the one way: whoever writes the mark first has said how, and everybody else reads it. → how it ended.
 */
export async function endJob(store: ObjectStore, ledger: Ledger, id: string, round: number, state: End['state']) {
  const mine: End = { state, finished_at: new Date().toISOString() }
  const key = endMark(id, round)
  const written = await store.put(key, JSON.stringify(mine), { once: true, type: 'application/json' })
  const end = written ? mine : await readEnd(store, id, round)
  if (end) await ledger.end(id, round, end.state, end.finished_at)
  return end ?? mine
}

/** Ends a job of which nothing is left to be done. */
export async function seeToEnd(store: ObjectStore, ledger: Ledger, queue: WorkQueue, id: string): Promise<void> {
  const round = await ledger.complete(id)
  if (round === null) return
  await endJob(store, ledger, id, round, 'done')
  await queue.end(id, round)
}

/** Null where the round is not over. */
export async function readEnd(store: ObjectStore, id: string, round: number): Promise<End | null> {
  const object = await store.get(endMark(id, round))
  return object && (JSON.parse(Buffer.from(object.bytes).toString('utf8')) as End)
}

/** Writes all results as one object. Written again it is the same. */
export async function joinResults(store: ObjectStore, ledger: Ledger, id: string, signal: AbortSignal): Promise<void> {
  const standing = await ledger.standing(id)
  if (standing === null) return
  async function* lines() {
    for await (const { row } of resultLines(store, ledger, id, standing?.round ?? 0, { signal })) yield jsonLine(row)
  }
  await store.putPieces(resultsKey(id), lines(), 'application/x-ndjson', signal)
}

/**
 * Tells a job's end to who asked for it, once. → milliseconds to wait before the next attempt, or null where there is none.
 */
export async function tellOnce(ledger: Ledger, job: Job, post: Post, signal: AbortSignal): Promise<number | null> {
  const standing = await ledger.standing(job.id)
  if (!standing?.spec.callback || standing.callback?.state !== 'waiting') return null
  const attempts = standing.callback.attempts + 1
  const delivered = await tellEnd(standing.spec.callback, job, post, signal)
  const wait = delivered ? undefined : CALLBACK_WAITS[attempts - 1]
  const state = delivered ? 'delivered' : wait === undefined ? 'given_up' : 'waiting'
  await ledger.set(job.id, { callback_state: state, callback_attempts: attempts })
  return wait === undefined ? null : 1000 * wait
}
