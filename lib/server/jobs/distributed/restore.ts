import { setTimeout as sleep } from 'node:timers/promises'
import { Problem } from '@/lib/shared/problems/problem'
import type { ObjectStore } from '../../storage/object-store'
import type { JobSpec } from '../backend'
import { runConcurrently } from '../concurrency'
import { readEnd } from './end-marker'
import { InconsistentBucket } from './failures'
import type { Ledger } from './ledger'
import { readShard } from './manifest'
import {
  closedMarker,
  listedMarker,
  manifestPrefix,
  markersPrefix,
  parseManifestKey,
  parsePartKey,
  partsPrefix,
} from './object-keys'
import { partCounts } from './parts'
import { readSpec } from './spec'

/** Objects that are read at once. */
const CONCURRENCY = 16
/** If a process dies while it restores a job, no other can restore it for this long. */
const LOCK_MS = 15_000
/** How long to wait for another process that restores the job. */
const WAIT_MS = 4_000
const POLL_MS = 100

/**
 * Restores a job that Redis doesn't have from the bucket. → false only if the bucket doesn't have it either. Shards
 * without a part will run; a shard that already ran finds its part and is counted from there.
 *
 * @throws Problem `not_ready` if another process is still restoring it
 */
export async function restoreJob(store: ObjectStore, ledger: Ledger, id: string): Promise<boolean> {
  for (const start = Date.now(); Date.now() - start < WAIT_MS; await sleep(POLL_MS)) {
    if (await ledger.hasJob(id)) return true
    const spec = await readSpec(store, id)
    if (spec === null) return false
    await ledger.locks.withLock(`restore:${id}`, LOCK_MS, async () => {
      if (!(await ledger.hasJob(id))) await restore(store, ledger, spec)
    })
  }
  const detail = 'This job is being restored from the bucket. Try again in a few seconds.'
  throw new Problem('not_ready', detail, { retryAfterSeconds: 5 })
}

/** Rebuilds a job of which Redis has lost a part, or that differs from the bucket. */
export async function rebuildJob(store: ObjectStore, ledger: Ledger, id: string): Promise<void> {
  const spec = await readSpec(store, id)
  if (spec === null) return ledger.removeJob(id)
  await ledger.locks.withLock(`restore:${id}`, LOCK_MS, () => restore(store, ledger, spec))
}

async function restore(store: ObjectStore, ledger: Ledger, spec: JobSpec): Promise<void> {
  const { id } = spec
  const never = new AbortController().signal
  const markers = await readMarkers(store, id)
  const { listed, round, callbacks: callbackState } = markers
  const end = await readEnd(store, id, round)
  const { shards, closing, next } = await readShards(store, id, end?.shards, never)
  const open = markers.open && closing === null && end === null
  const parts = await readParts(store, id, never)
  const { failed, again } = shardsToRun(shards, parts.latest, end === null ? round : 0)
  await ledger.clearJob(id)
  if (open) await loadNames(store, ledger, id)
  await ledger.load(id, { shards, failed, again: end === null ? again : [], log: parts.log })
  const total = shards.reduce((sum, { count }) => sum + count, 0)
  const counts = { ok: parts.ok, failed: [...failed.values()].reduce((sum, count) => sum + count, 0) }
  const log = { shards: next, cursor: next, ...(closing === null ? {} : { closing }) }
  const listing = spec.source !== undefined && !listed && end === null ? { listing: 1 } : {}
  const ended = end === null ? {} : { state: end.state, finished_at: end.finished_at }
  const callback = callbackState === null ? {} : { callback_state: callbackState }
  const fields = { ...log, total, round, open: open ? 1 : 0, ...counts, ...listing, ...ended, ...callback }
  // The callback of an ended job may not have been delivered: send it twice rather than never.
  const active = end === null || (spec.callback !== undefined && callbackState === null)
  await ledger.addJob(spec, fields, active)
}

/**
 * Which shards have failures, and which must run: those without a part, and those whose failures are older than the
 * round.
 */
function shardsToRun(
  shards: readonly { shard: number }[],
  latest: ReadonlyMap<number, { round: number; failed: number }>,
  round: number,
): { failed: Map<number, number>; again: number[] } {
  const failed = new Map<number, number>()
  const again: number[] = []
  for (const { shard } of shards) {
    const last = latest.get(shard)
    if (!last || (last.failed > 0 && last.round < round)) again.push(shard)
    else if (last.failed > 0) failed.set(shard, last.failed)
  }
  return { failed, again }
}

/** Loads the photo names of an open job into Redis. */
export async function loadNames(store: ObjectStore, ledger: Ledger, id: string): Promise<void> {
  for await (const page of store.list(manifestPrefix(id))) {
    for (const { key } of page) {
      const { lines = [] } = (await readShard(store, id, parseManifestKey(key))) ?? {}
      await ledger.names.add(
        id,
        lines.map(({ file }) => file),
      )
    }
  }
}

/**
 * The shards with photos, the number of the shard that closed the log, and the number of the next shard.
 *
 * @param limit the number of shards when the job ended; later shards were refused
 */
async function readShards(store: ObjectStore, id: string, limit = Number.POSITIVE_INFINITY, signal: AbortSignal) {
  const shards: { shard: number; first: number; count: number }[] = []
  let closing: number | null = null
  let next = 0
  for await (const page of store.list(manifestPrefix(id))) {
    const readOne = async ({ key }: { key: string }) => {
      const shard = parseManifestKey(key)
      if (shard >= limit) return
      next = Math.max(next, shard + 1)
      const metadata = await store.metadata(key)
      if (metadata === null) throw new InconsistentBucket(key)
      if (metadata.closing === '1') closing = shard
      else shards.push({ shard, first: Number(metadata.first), count: Number(metadata.count) })
    }
    await runConcurrently(page, CONCURRENCY, readOne, signal)
  }
  return { shards: shards.sort((a, b) => a.shard - b.shard), closing, next }
}

async function readMarkers(store: ObjectStore, id: string) {
  let open = true
  let listed = false
  let round = 0
  const callbacks = new Map<number, string>()
  for await (const page of store.list(markersPrefix(id))) {
    for (const { key } of page) {
      if (key === closedMarker(id)) open = false
      if (key === listedMarker(id)) listed = true
      round = Math.max(round, Number(/round-(\d+)$/.exec(key)?.[1] ?? 0))
      const [, callbackRound, state = ''] = /told-(\d+)-(\w+)$/.exec(key) ?? []
      if (callbackRound !== undefined) callbacks.set(Number(callbackRound), state)
    }
  }
  return { open, listed, round, callbacks: callbacks.get(round) ?? null }
}

async function readParts(store: ObjectStore, id: string, signal: AbortSignal) {
  const latest = new Map<number, { round: number; failed: number }>()
  const log: string[] = []
  let okCount = 0
  for await (const page of store.list(partsPrefix(id))) {
    const found = new Map<string, { ok: number; failed: number }>()
    const readOne = async ({ key }: { key: string }) => {
      const counts = await partCounts(store, { id, ...parsePartKey(key) })
      if (counts === null) throw new InconsistentBucket(key)
      found.set(key, counts)
    }
    await runConcurrently(page, CONCURRENCY, readOne, signal)
    // The keys are sorted by shard and round.
    for (const { key } of page) {
      const { shard, round } = parsePartKey(key)
      const { ok = 0, failed = 0 } = found.get(key) ?? {}
      okCount += ok
      latest.set(shard, { round, failed })
      log.push(`${shard}:${round}`)
    }
  }
  return { latest, log, ok: okCount }
}
