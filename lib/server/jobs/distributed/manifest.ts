import { shouldYield, yieldToEventLoop } from '../../event-loop/slices'
import type { ObjectStore } from '../../storage/object-store'
import type { JobInput } from '../backend'
import { manifestKey } from './object-keys'

const NEWLINE = 10

/** A photo in its shard's manifest. */
export interface ManifestLine extends JobInput {
  /** Where an uploaded photo is: the pack, and its bytes in it. */
  upload?: { pack: string; at: number; length: number }
}

export interface Shard {
  /** Index of its first photo. */
  first: number
  lines: ManifestLine[]
  /** ID of the writer. */
  writer: string
  /** Whether it closes the log: it has no photos, and no shard follows it. */
  closing: boolean
}

/**
 * Photos per shard. A kill repeats the work of at most this many, and they share the cost of one write of each kind.
 */
export const SHARD_PHOTOS = 100

/** Writes a shard under its number. @returns false if the number is taken */
export function writeShard(store: ObjectStore, id: string, shard: number, { first, lines, writer, closing }: Shard) {
  // Some stores are picky about empty objects.
  const body = lines.map((line) => `${JSON.stringify(line)}\n`).join('') || '\n'
  const metadata = { first: String(first), count: String(lines.length), writer, ...(closing ? { closing: '1' } : {}) }
  return store.put(manifestKey(id, shard), body, { metadata, ifAbsent: true, type: 'application/x-ndjson' })
}

/** Null if there is no such shard. */
export async function readShard(store: ObjectStore, id: string, shard: number, signal?: AbortSignal) {
  const object = await store.get(manifestKey(id, shard), { signal })
  if (object === null) return null
  const { first, writer = '', closing } = object.metadata
  const lines = parseLines<ManifestLine>(object.bytes)
  return { first: Number(first), writer, lines, closing: closing === '1' } satisfies Shard
}

/** Parses JSON lines, which may be long, without blocking the event loop. */
export async function parseLinesInSlices<T>(bytes: Uint8Array): Promise<T[]> {
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

/** Parses JSON lines. */
function parseLines<T>(bytes: Uint8Array): T[] {
  const text = Buffer.from(bytes).toString('utf8').trimEnd()
  return text === '' ? [] : text.split('\n').map((line) => JSON.parse(line) as T)
}
