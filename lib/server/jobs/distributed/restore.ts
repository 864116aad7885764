import type { ObjectStore } from '../../storage/objects'
import type { JobSpec } from '../jobs'
import { inLanes } from '../lanes'
import { readEnd } from './ending'
import {
  closedMark,
  listedMark,
  manifestPrefix,
  marksPrefix,
  partsPrefix,
  placeOfPart,
  shardOfManifest,
  specKey,
} from './layout'
import type { Ledger } from './ledger'
import { readShard } from './manifest'
import { partCounts } from './parts'

/** Objects that are asked about at once. */
const LANES = 16
const TURN_MS = 120_000

/** Null where there is no such job. */
async function readSpec(store: ObjectStore, id: string): Promise<JobSpec | null> {
  const object = await store.get(specKey(id))
  return object && (JSON.parse(Buffer.from(object.bytes).toString('utf8')) as JobSpec)
}

/**
 * Makes a job that Redis does not know anew from what is in the bucket. Whether there is one now.
 * Shards without a part are to be run; one that ran already is found to have its part, and is counted from there.
 */
export async function restoreJob(store: ObjectStore, ledger: Ledger, id: string): Promise<boolean> {
  if (await ledger.knows(id)) return true
  const spec = await readSpec(store, id)
  if (spec === null) return false
  await ledger.alone(`restore:${id}`, TURN_MS, async () => {
    if (!(await ledger.knows(id))) await restore(store, ledger, spec)
  })
  return ledger.knows(id)
}

async function restore(store: ObjectStore, ledger: Ledger, spec: JobSpec): Promise<void> {
  const { id } = spec
  const never = new AbortController().signal
  const shards = await findShards(store, id, never)
  const { open, listed, round } = await findMarks(store, id)
  const end = await readEnd(store, id, round)
  const parts = await findParts(store, id, never)
  const { failed, again } = sort(shards, parts.latest, end === null ? round : 0)
  await ledger.clear(id)
  if (open && end === null) await rememberNames(store, ledger, id, shards)
  await ledger.fill(id, { shards, failed, again: end === null ? again : [], log: parts.log })
  const total = shards.reduce((sum, { count }) => sum + count, 0)
  const counts = { ok: parts.ok, failed: [...failed.values()].reduce((sum, count) => sum + count, 0) }
  const place = { shards: shards.length, cursor: shards.length, total, round, open: open && end === null ? 1 : 0 }
  const listing = spec.source !== undefined && !listed && end === null ? { listing: 1 } : {}
  const ended = end === null ? {} : { state: end.state, finished_at: end.finished_at }
  await ledger.enter(spec, { ...place, ...counts, ...listing, ...ended }, end === null)
}

/** Which shards have failures, and which are to be run (again): those without a part, and those whose failures are older than the round. */
function sort(
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

/** What a job that is open has already, by name. */
async function rememberNames(store: ObjectStore, ledger: Ledger, id: string, shards: readonly { shard: number }[]) {
  for (const { shard } of shards) {
    const { lines = [] } = (await readShard(store, id, shard)) ?? {}
    await ledger.addNames(
      id,
      lines.map(({ file }) => file),
    )
  }
}

async function findShards(store: ObjectStore, id: string, signal: AbortSignal) {
  const shards: { shard: number; first: number; count: number }[] = []
  for await (const page of store.list(manifestPrefix(id))) {
    const look = async ({ key }: { key: string }) => {
      const { first, count } = (await store.metadata(key)) ?? {}
      shards.push({ shard: shardOfManifest(key), first: Number(first), count: Number(count) })
    }
    await inLanes(page, LANES, look, signal)
  }
  return shards.sort((a, b) => a.shard - b.shard)
}

async function findMarks(store: ObjectStore, id: string): Promise<{ open: boolean; listed: boolean; round: number }> {
  let open = true
  let listed = false
  let round = 0
  for await (const page of store.list(marksPrefix(id))) {
    for (const { key } of page) {
      if (key === closedMark(id)) open = false
      if (key === listedMark(id)) listed = true
      round = Math.max(round, Number(/round-(\d+)$/.exec(key)?.[1] ?? 0))
    }
  }
  return { open, listed, round }
}

async function findParts(store: ObjectStore, id: string, signal: AbortSignal) {
  const latest = new Map<number, { round: number; failed: number }>()
  const log: string[] = []
  let okCount = 0
  for await (const page of store.list(partsPrefix(id))) {
    const found = new Map<string, { ok: number; failed: number }>()
    const look = async ({ key }: { key: string }) => {
      found.set(key, (await partCounts(store, { id, ...placeOfPart(key) })) ?? { ok: 0, failed: 0 })
    }
    await inLanes(page, LANES, look, signal)
    // By shard and round: the keys are in that order.
    for (const { key } of page) {
      const { shard, round } = placeOfPart(key)
      const { ok = 0, failed = 0 } = found.get(key) ?? {}
      okCount += ok
      latest.set(shard, { round, failed })
      log.push(`${shard}:${round}`)
    }
  }
  return { latest, log, ok: okCount }
}
