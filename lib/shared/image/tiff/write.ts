import { type Field, TAG } from './directory'

/** Entries of a directory to write, by tag. */
export type Entries = Map<number, Field>

const [SHORT, LONG, UNDEFINED] = [3, 4, 7]
const HEADER_BYTES = 8
const ENTRY_BYTES = 12
const INLINE_BYTES = 4

/** A field of 16-bit numbers. */
export function shorts(values: readonly number[], bigEndian: boolean): Field {
  const bytes = new Uint8Array(2 * values.length)
  const view = new DataView(bytes.buffer)
  for (const [i, value] of values.entries()) view.setUint16(2 * i, value, !bigEndian)
  return { type: SHORT, count: values.length, bytes }
}

/** A field of 32-bit numbers. */
export function longs(values: readonly number[], bigEndian: boolean): Field {
  const bytes = new Uint8Array(4 * values.length)
  const view = new DataView(bytes.buffer)
  for (const [i, value] of values.entries()) view.setUint32(4 * i, value, !bigEndian)
  return { type: LONG, count: values.length, bytes }
}

/** A field of opaque bytes, such as a profile. */
export function opaque(bytes: Uint8Array): Field {
  return { type: UNDEFINED, count: bytes.byteLength, bytes }
}

/**
 * Creates a classic TIFF with one directory and space for the strips, which the caller fills: `data` is that part of
 * `file`. The strips are consecutive, `strips` bytes each.
 */
export function tiffOf(
  entries: Entries,
  strips: readonly number[],
  bigEndian: boolean,
): { file: Uint8Array<ArrayBuffer>; data: Uint8Array<ArrayBuffer> } {
  const all: Entries = new Map(entries)
  all.set(TAG.stripCounts, longs(strips, bigEndian))
  all.set(TAG.stripOffsets, longs(strips, bigEndian))
  const dataAt = HEADER_BYTES + directoryBytes(all)
  let at = dataAt
  const offsets = strips.map((bytes) => {
    at += bytes
    return at - bytes
  })
  all.set(TAG.stripOffsets, longs(offsets, bigEndian))
  const file = new Uint8Array(at)
  writeHeader(file, HEADER_BYTES, bigEndian)
  writeDirectory(file, all, HEADER_BYTES, bigEndian)
  return { file, data: file.subarray(dataAt) }
}

/**
 * Copies a file with a different directory. Strips and tiles stay where they are, so the offsets in the directory must
 * be those of `file`.
 */
export function withDirectory(file: Uint8Array, entries: Entries, bigEndian: boolean): Uint8Array {
  const at = file.byteLength + (file.byteLength % 2)
  const copy = new Uint8Array(at + directoryBytes(entries))
  copy.set(file)
  writeHeader(copy, at, bigEndian)
  writeDirectory(copy, entries, at, bigEndian)
  return copy
}

function directoryBytes(entries: Entries): number {
  const outside = [...entries.values()].reduce((sum, { bytes }) => sum + outsideBytes(bytes), 0)
  return 2 + ENTRY_BYTES * entries.size + 4 + outside
}

/** Values of more than four bytes follow the entries, at even offsets. */
function outsideBytes({ length }: Uint8Array): number {
  return length <= INLINE_BYTES ? 0 : length + (length % 2)
}

function writeHeader(file: Uint8Array, directoryAt: number, bigEndian: boolean): void {
  const view = new DataView(file.buffer, file.byteOffset)
  file.set(bigEndian ? [0x4d, 0x4d] : [0x49, 0x49])
  view.setUint16(2, 42, !bigEndian)
  view.setUint32(4, directoryAt, !bigEndian)
}

function writeDirectory(file: Uint8Array, entries: Entries, at: number, bigEndian: boolean): void {
  const view = new DataView(file.buffer, file.byteOffset)
  const sorted = [...entries].sort(([a], [b]) => a - b)
  let outside = at + 2 + ENTRY_BYTES * sorted.length + 4
  view.setUint16(at, sorted.length, !bigEndian)
  for (const [i, [tag, { type, count, bytes }]] of sorted.entries()) {
    const entry = at + 2 + ENTRY_BYTES * i
    view.setUint16(entry, tag, !bigEndian)
    view.setUint16(entry + 2, type, !bigEndian)
    view.setUint32(entry + 4, count, !bigEndian)
    const isInside = bytes.length <= INLINE_BYTES
    if (!isInside) view.setUint32(entry + 8, outside, !bigEndian)
    file.set(bytes, isInside ? entry + 8 : outside)
    outside += outsideBytes(bytes)
  }
}
