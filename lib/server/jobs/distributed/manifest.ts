import { shouldYield, yieldToEventLoop } from '../../event-loop/slices'
import type { ObjectStore } from '../../storage/object-store'
import type { JobInput } from '../backend'
import { manifestKey } from './object-keys'

const NEWLINE = 10

/** A photo as its shard's manifest has it. */
export interface ManifestLine extends JobInput {
  /** Where an uploaded photo lies: in which pack of the job, from which byte on. */
  upload?: { pack: string; at: number; length: number }
}

export interface Shard {
  /** Index of its first photo. */
  first: number
  lines: ManifestLine[]
  /** Who wrote it. */
  writer: string
  /** Whether it ends the log: it has no photos, and none come after it. */
  closing: boolean
}

/** Photos of a shard: a kill repeats the work of so many at most, and each costs a share of one write of each kind. */
export const SHARD_PHOTOS = 100

/** Writes a shard's photos under its number. Whether it was written: false where the number is taken. */
export function writeShard(store: ObjectStore, id: string, shard: number, { first, lines, writer, closing }: Shard) {
  // Some stores are picky about empty objects.
  const body = lines.map((line) => `${JSON.stringify(line)}\n`).join('') || '\n'
  const metadata = { first: String(first), count: String(lines.length), writer, ...(closing ? { closing: '1' } : {}) }
  return store.put(manifestKey(id, shard), body, { metadata, ifAbsent: true, type: 'application/x-ndjson' })
}

/** Null where there is none. */
export async function readShard(store: ObjectStore, id: string, shard: number, signal?: AbortSignal) {
  const object = await store.get(manifestKey(id, shard), { signal })
  if (object === null) return null
  const { first, writer = '', closing } = object.metadata
  const lines = parseLines<ManifestLine>(object.bytes)
  return { first: Number(first), writer, lines, closing: closing === '1' } satisfies Shard
}

/** Lines of JSON, of which each may be long, in slices. */
export async function linesOf<T>(bytes: Uint8Array): Promise<T[]> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const lines: T[] = []
  for (let at = 0; at < buffer.length; ) {
    if (shouldYield()) await yieldToEventLoop()
    const newline = buffer.indexOf(NEWLINE, at)
    const end = newline < 0 ? buffer.length : newline
    if (end > at) lines.push(JSON.parse(buffer.toString('utf8', at, end)) as T)
    at = end + 1
  }
  return lines
}

/** Lines of JSON. */
export function parseLines<T>(bytes: Uint8Array): T[] {
  const text = Buffer.from(bytes).toString('utf8').trimEnd()
  return text === '' ? [] : text.split('\n').map((line) => JSON.parse(line) as T)
}
