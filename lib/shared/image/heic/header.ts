import { Problem } from '@/lib/shared/problems/problem'
import type { Size } from '../geometry'
import { tooManyPixels } from '../too-many-pixels'
import { type HeifItems, heifItems, isVideo, MAX_ITEMS } from './items'

/** Properties of a HEIF file's primary image. */
export interface HeicHeader {
  /** Size before rotation; undefined if the file does not say. */
  size: Size | undefined
  /** Pixels to decode for it: those of its tiles, or its own. */
  work: number
}

/** Item types of codecs, with their names. The decoder only supports HEVC. */
const CODECS: Record<string, string> = {
  av01: 'AV1',
  avc1: 'H.264',
  evc1: 'EVC',
  j2k1: 'JPEG 2000',
  jpeg: 'JPEG',
  lhv1: 'layered HEVC',
  mski: 'a mask',
  unci: 'uncompressed pixels',
  vvc1: 'VVC (H.266)',
}
const HEVC = new Set(['hvc1', 'hev1'])
/** Item types of images derived from others. */
const DERIVED = new Set(['grid', 'iovl', 'iden'])
/** Maximum nesting of derived images. No camera exceeds two levels. */
const MAX_DEPTH = 4
/**
 * Tiles extend beyond the image, and overlay images overlap, so decoding may take up to this multiple of its pixels.
 */
const MAX_WORK_FACTOR = 2

/**
 * Reads the properties of a HEIC's primary image, and rejects files that this server does not decode, in microseconds.
 *
 * @throws Problem `unsupported_format` naming the codec, `truncated_image` if the beginning is incomplete,
 * `too_many_pixels`
 */
export function heicHeader(image: Uint8Array, maxPixels: number): HeicHeader {
  const items = heifItems(image)
  if (items === null) throw missingImage(image)
  if (items.types.size > MAX_ITEMS) {
    throw new Problem(
      'unsupported_format',
      `The HEIC file has more than ${MAX_ITEMS} items, which is the limit. Convert the photo to JPEG.`,
    )
  }
  const codec = codecOf(items)
  if (codec !== null && !HEVC.has(codec)) {
    const name = CODECS[codec] ?? `"${codec.replace(/[^ -~]/g, '?')}"`
    throw new Problem(
      'unsupported_format',
      `The image in this HEIF file is encoded as ${name}. Only HEVC is supported. Convert the photo to JPEG.`,
    )
  }
  const size = items.sizes.get(items.primary)
  const work = workOf(items, items.primary, new Map(), 0)
  const pixels = size ? size.width * size.height : 0
  const effectivePixels = Math.max(pixels, work / MAX_WORK_FACTOR)
  if (effectivePixels > maxPixels) throw tooManyPixels(effectivePixels, maxPixels)
  return { size, work }
}

/** The item type of the encoded image behind the primary item, `hvc1` for HEVC; null if the file does not say. */
export function primaryCodec(image: Uint8Array): string | null {
  const items = heifItems(image)
  return items && codecOf(items)
}

function codecOf({ primary, types, parts }: HeifItems): string | null {
  let item: number | undefined = primary
  for (let depth = 0; depth <= MAX_DEPTH && item !== undefined; depth++) {
    const type = types.get(item)
    if (type === undefined) return null
    if (!DERIVED.has(type)) return type
    item = parts.get(item)?.[0]
  }
  return null
}

/** Pixels to decode for an item. Each use of an image counts. */
function workOf(items: HeifItems, item: number, known: Map<number, number>, depth: number): number {
  const cached = known.get(item)
  if (cached !== undefined) return cached
  if (depth > MAX_DEPTH)
    throw new Problem('unsupported_format', 'The HEIC file nests images too deeply. Convert the photo to JPEG.')
  const parts = items.parts.get(item) ?? []
  const { width, height } = items.sizes.get(item) ?? { width: 0, height: 0 }
  const work = DERIVED.has(items.types.get(item) ?? '')
    ? parts.reduce((sum, part) => sum + workOf(items, part, known, depth + 1), 0)
    : width * height
  known.set(item, work)
  return work
}

function missingImage(image: Uint8Array): Problem {
  return isVideo(image)
    ? new Problem('unsupported_format', 'This HEIF file is a video without a still image. Save a frame as JPEG.')
    : new Problem(
        'truncated_image',
        'The file starts like a HEIC photo, but its list of images is missing. It is truncated or damaged. Export or download it again.',
      )
}
