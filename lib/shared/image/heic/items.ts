import type { Size } from '../geometry'
import { type Box, Bytes, boxes } from './boxes'

/** The images listed in a HEIF file (ISO/IEC 23008-12), read before decoding. */
export interface HeifItems {
  /** The primary image of the file. */
  primary: number
  /** Type of each item: `hvc1` is HEVC, `av01` AV1, `grid` an image made of others … */
  types: ReadonlyMap<number, string>
  /** Size of each image in pixels, before rotation. */
  sizes: ReadonlyMap<number, Size>
  /** The images that an image is made of, repeated for each use. */
  parts: ReadonlyMap<number, readonly number[]>
}

/** libheif reads no more items than this; a 48-megapixel iPhone photo has about 250. */
export const MAX_ITEMS = 1000
/** Maximum length of a list, so that no photo keeps this thread busy. */
const MAX_BOXES = 10_000
/** Maximum uses of images in others: a grid has at most 256 × 256. */
const MAX_PARTS = 65_536
/** A version and flags. */
const FULL_BOX = 4

/**
 * Reads the items of a file; null if there is no `meta` box with a primary item, as in videos and truncated files.
 * Takes microseconds: lists of a file with more than `MAX_ITEMS` items are not read to the end.
 */
export function heifItems(image: Uint8Array): HeifItems | null {
  const bytes = new Bytes(image)
  const meta = topLevel(bytes).find(({ type }) => type === 'meta')
  if (!meta) return null
  const inside = new Map(
    takeFirst(boxes(bytes, meta.start + FULL_BOX, meta.end), MAX_BOXES).map((box) => [box.type, box]),
  )
  const [pitm, iinf, iprp, iref] = ['pitm', 'iinf', 'iprp', 'iref'].map((type) => inside.get(type))
  if (!pitm) return null
  return {
    primary: bytes.uint(pitm.start + FULL_BOX, bytes.uint(pitm.start, 1) === 0 ? 2 : 4),
    types: iinf ? readTypes(bytes, iinf) : new Map(),
    sizes: iprp ? readSizes(bytes, iprp) : new Map(),
    parts: iref ? readParts(bytes, iref) : new Map(),
  }
}

/** Whether a file is a video without a still image: it has a `moov` box and no `meta` box. */
export function isVideo(image: Uint8Array): boolean {
  return topLevel(new Bytes(image)).some(({ type }) => type === 'moov')
}

function topLevel(bytes: Bytes): Box[] {
  return takeFirst(boxes(bytes, 0, bytes.length), MAX_BOXES)
}

/** `iinf`: a count, then one `infe` box per item. */
function readTypes(bytes: Bytes, { start, end }: Box): Map<number, string> {
  const types = new Map<number, string>()
  const count = bytes.uint(start, 1) === 0 ? 2 : 4
  for (const infe of boxes(bytes, start + FULL_BOX + count, end)) {
    const version = bytes.uint(infe.start, 1)
    const id = version < 3 ? 2 : 4
    // The id is followed by the item's protection index.
    const type = infe.start + FULL_BOX + id + 2
    if (infe.type === 'infe' && version >= 2) types.set(bytes.uint(infe.start + FULL_BOX, id), bytes.type(type))
    if (types.size > MAX_ITEMS) break
  }
  return types
}

/** `iprp`: `ipco` holds the properties, of which `ispe` is a size; `ipma` assigns them to items, counted from one. */
function readSizes(bytes: Bytes, { start, end }: Box): Map<number, Size> {
  const all = takeFirst(boxes(bytes, start, end), MAX_BOXES)
  const ipco = all.find(({ type }) => type === 'ipco')
  const properties = ipco ? takeFirst(boxes(bytes, ipco.start, ipco.end), MAX_BOXES) : []
  const sizes = new Map<number, Size>()
  for (const ipma of all.filter(({ type }) => type === 'ipma')) {
    for (const [item, indices] of associations(bytes, ipma)) {
      const ispe = indices.map((index) => properties[index - 1]).find((property) => property?.type === 'ispe')
      if (ispe) sizes.set(item, { width: bytes.uint(ispe.start + 4, 4), height: bytes.uint(ispe.start + 8, 4) })
    }
  }
  return sizes
}

/** `ipma`: for each item, the indexes of its properties, whose highest bit marks them as essential. */
function* associations(bytes: Bytes, { start, end }: Box): Generator<[item: number, indices: number[]]> {
  const id = bytes.uint(start, 1) === 0 ? 2 : 4
  const wide = (bytes.uint(start + 3, 1) & 1) === 1
  const items = Math.min(bytes.uint(start + FULL_BOX, 4), MAX_ITEMS)
  let at = start + FULL_BOX + 4
  for (let i = 0; i < items && at < end; i++) {
    const item = bytes.uint(at, id)
    const count = bytes.uint(at + id, 1)
    at += id + 1
    const size = wide ? 2 : 1
    const mask = wide ? 0x7fff : 0x7f
    yield [item, Array.from({ length: count }, (_, n) => bytes.uint(at + n * size, size) & mask)]
    at += count * size
  }
}

/** `iref`: one box per reference; `dimg` lists the images that an image is made of. */
function readParts(bytes: Bytes, { start, end }: Box): Map<number, number[]> {
  const id = bytes.uint(start, 1) === 0 ? 2 : 4
  const parts = new Map<number, number[]>()
  let left = MAX_PARTS
  for (const box of takeFirst(boxes(bytes, start + FULL_BOX, end), MAX_BOXES)) {
    if (box.type !== 'dimg') continue
    const count = Math.min(bytes.uint(box.start + id, 2), Math.floor((box.end - box.start) / id), left)
    left -= count
    const targets = Array.from({ length: count }, (_, n) => bytes.uint(box.start + id + 2 + n * id, id))
    parts.set(bytes.uint(box.start, id), targets)
  }
  return parts
}

function takeFirst<T>(list: Iterable<T>, max: number): T[] {
  const result: T[] = []
  for (const one of list) {
    if (result.length === max) break
    result.push(one)
  }
  return result
}
