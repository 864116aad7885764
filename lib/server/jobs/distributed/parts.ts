import type { ObjectStore } from '../../storage/object-store'
import type { ResultLine } from '../backend'
import { InconsistentBucket } from './failures'
import type { Task } from './ledger'
import { linesOf } from './manifest'
import { parsePartKey, partKey, shardPartsPrefix } from './object-keys'

export interface PartCounts {
  ok: number
  failed: number
}

/**
 * Writes the results of a shard in a round, once. If another writer was first, its results count and these are
 * discarded. → the counts of the results that count.
 */
export async function writePart(store: ObjectStore, task: Task, lines: readonly ResultLine[]): Promise<PartCounts> {
  const ok = lines.filter(({ row }) => row.status === 'ok').length
  const counts = { ok, failed: lines.length - ok }
  const metadata = { ok: String(counts.ok), failed: String(counts.failed) }
  const key = partKey(task.id, task.shard, task.round)
  const body = lines.map((line) => `${JSON.stringify(line)}\n`).join('')
  const isFirst = await store.put(key, body, { metadata, ifAbsent: true, type: 'application/x-ndjson' })
  if (isFirst) return counts
  const existing = await partCounts(store, task)
  // The existing part counts, not this one.
  if (existing === null) throw new InconsistentBucket(key)
  return existing
}

/** Null if the part doesn't exist yet. */
export async function partCounts(store: ObjectStore, { id, shard, round }: Task, signal?: AbortSignal) {
  const metadata = await store.metadata(partKey(id, shard, round), signal)
  return metadata && { ok: Number(metadata.ok), failed: Number(metadata.failed) }
}

/** Null if the part doesn't exist. */
export async function readPart(store: ObjectStore, { id, shard, round }: Task, signal?: AbortSignal) {
  const object = await store.get(partKey(id, shard, round), { signal })
  return object && linesOf<ResultLine>(object.bytes)
}

/**
 * The latest result of each photo of a shard, in the order of the photos.
 *
 * @param rounds number of rounds so far, at least 1
 */
export async function latestResults(
  store: ObjectStore,
  id: string,
  shard: number,
  rounds: number,
  signal?: AbortSignal,
): Promise<ResultLine[]> {
  if (rounds === 1) return (await readPart(store, { id, shard, round: 0 }, signal)) ?? []
  const latest = new Map<number, ResultLine>()
  for await (const page of store.list(shardPartsPrefix(id, shard), signal ? { signal } : {})) {
    for (const { key } of page) {
      const lines = (await readPart(store, { id, shard, round: parsePartKey(key).round }, signal)) ?? []
      for (const line of lines) latest.set(line.index, line)
    }
  }
  return [...latest.values()].sort((a, b) => a.index - b.index)
}
