import { type Directory, numberOf, TAG } from '@/lib/shared/image/tiff/directory'
import { type Entries, longs, shorts } from '@/lib/shared/image/tiff/write'
import { COMPRESSION } from './compression'
import { type Layout, PHOTOMETRIC } from './layout'

/** Tags that define the colors; copied unchanged. */
const COLOUR_TAGS: readonly number[] = [TAG.palette, TAG.icc]
/** Tags that libtiff needs for decompression; copied unchanged. */
const DECODER_TAGS: readonly number[] = [
  TAG.t4Options,
  TAG.t6Options,
  TAG.jpegTables,
  TAG.yccCoefficients,
  TAG.yccSubsampling,
  TAG.yccPositioning,
  TAG.referenceBlackWhite,
]
const UPRIGHT = 1

/** The kept samples, in order: the colors, and the alpha channel if there is one. */
export function keptSamples({ colours, alpha, photometric }: Layout): number[] {
  const kept = Array.from({ length: colours }, (_, i) => i)
  // libvips does not support CMYK with an alpha channel.
  if (alpha && photometric !== PHOTOMETRIC.cmyk) kept.push(alpha.sample)
  return kept
}

/** The directory of an uncompressed image with the kept samples. */
export function plainEntries(directory: Directory, layout: Layout): Entries {
  const { width, height, bits, photometric, planar, alpha } = layout
  const samples = keptSamples(layout).length
  const { bigEndian } = directory
  const short = (...values: number[]) => shorts(values, bigEndian)
  const entries: Entries = new Map([
    [TAG.width, longs([width], bigEndian)],
    [TAG.height, longs([height], bigEndian)],
    [TAG.bits, short(...Array.from({ length: samples }, () => bits))],
    [TAG.compression, short(COMPRESSION.none)],
    [TAG.photometric, short(photometric)],
    [TAG.orientation, short(orientation(directory))],
    [TAG.samples, short(samples)],
    [TAG.rowsPerStrip, longs([height], bigEndian)],
    [TAG.planar, short(planar ? 2 : 1)],
  ])
  if (samples > layout.colours) entries.set(TAG.extraSamples, short(alpha?.premultiplied ? 1 : 2))
  copy(directory, entries, COLOUR_TAGS)
  return entries
}

/**
 * The directory of the compressed image for libtiff, limited to what the pixels need. Tags that libtiff fails on are
 * dropped, and so are all other directories.
 */
export function packedEntries(directory: Directory, layout: Layout): Entries {
  const { bigEndian } = directory
  const short = (...values: number[]) => shorts(values, bigEndian)
  const entries = plainEntries(directory, layout)
  const extra = layout.samples - layout.colours
  entries.set(TAG.samples, short(layout.samples))
  entries.set(TAG.bits, short(...Array.from({ length: layout.samples }, () => layout.bits)))
  entries.set(TAG.compression, short(layout.compression))
  entries.set(TAG.predictor, short(layout.predictor))
  entries.set(TAG.fillOrder, short(layout.reversedBits ? 2 : 1))
  // Each extra sample must be declared, whatever it is.
  if (extra > 0)
    entries.set(TAG.extraSamples, short(...Array.from({ length: extra }, () => (layout.alpha?.premultiplied ? 1 : 2))))
  copy(directory, entries, DECODER_TAGS)
  return entries
}

/** The positions of the strips or tiles, for a directory of the same file. */
export function segmentEntries({ tiled, segmentWidth, segmentHeight, segments }: Layout, bigEndian: boolean): Entries {
  const offsets = longs(
    segments.map(({ offset }) => offset),
    bigEndian,
  )
  const counts = longs(
    segments.map(({ count }) => count),
    bigEndian,
  )
  if (!tiled) {
    return new Map([
      [TAG.stripOffsets, offsets],
      [TAG.stripCounts, counts],
      [TAG.rowsPerStrip, longs([segmentHeight], bigEndian)],
    ])
  }
  return new Map([
    [TAG.tileWidth, longs([segmentWidth], bigEndian)],
    [TAG.tileHeight, longs([segmentHeight], bigEndian)],
    [TAG.tileOffsets, offsets],
    [TAG.tileCounts, counts],
  ])
}

function copy({ fields }: Directory, to: Entries, tags: readonly number[]): void {
  for (const tag of tags) {
    const field = fields.get(tag)
    if (field) to.set(tag, field)
  }
}

/** The EXIF orientation, 1 to 8; upright if the value is invalid. */
export function orientation(directory: Directory): number {
  const value = numberOf(directory, TAG.orientation, UPRIGHT)
  return value >= 1 && value <= 8 ? value : UPRIGHT
}
