import { type Directory, damaged, numberOf, numbersOf, TAG, unsupported } from '@/lib/shared/image/tiff/directory'
import { tooManyPixels } from '@/lib/shared/image/too-many-pixels'
import { COMPRESSION, compressionName, isDecompressedHere, isSupported } from './compression'

/** Photometric interpretations. */
export const PHOTOMETRIC = {
  whiteIsZero: 0,
  blackIsZero: 1,
  rgb: 2,
  palette: 3,
  cmyk: 5,
  ycc: 6,
  lab: 8,
  iccLab: 9,
} as const

/** Position of a compressed strip or tile in the file. */
interface Segment {
  offset: number
  count: number
}

/** The validated layout of the image: sizes in pixels, `bits` per sample. */
export interface Layout {
  width: number
  height: number
  bits: number
  samples: number
  photometric: number
  compression: number
  /** Whether each color is stored in its own segments. */
  planar: boolean
  predictor: number
  /** Whether the lowest bit of a byte comes first. */
  reversedBits: boolean
  tiled: boolean
  segmentWidth: number
  segmentHeight: number
  /** Row by row; one plane after the other if `planar`. */
  segments: Segment[]
  /** The number of leading samples that are colors. */
  colours: number
  /** The sample with the alpha channel, and whether the colors are premultiplied by it; null if there is none. */
  alpha: { sample: number; premultiplied: boolean } | null
}

/** The number of colors of each supported kind, and the names of unsupported kinds. */
const COLOURS: Readonly<Record<number, number>> = { 0: 1, 1: 1, 2: 3, 3: 1, 5: 4, 6: 3, 8: 3, 9: 3 }
const UNSUPPORTED_KINDS: Readonly<Record<number, string>> = {
  4: 'a transparency mask',
  10: 'ITU CIELAB',
  32844: 'SGI LogL',
  32845: 'SGI LogLuv',
  51177: 'a depth map',
}
const SAMPLE_FORMATS: Readonly<Record<number, string>> = {
  2: 'signed integers',
  3: 'floating-point numbers',
  5: 'complex numbers',
  6: 'complex numbers',
}
const SIGNED = 2
const DEPTHS_OF_ONE: readonly number[] = [1, 2, 4, 8, 16]
const DEPTHS_OF_MANY: readonly number[] = [8, 16]
const MAX_SAMPLES = 32
const CMYK_INKS = 1
/** No program writes larger tiles. Such a file would only consume memory for pixels that the image does not have. */
const MAX_TILE_PIXELS = 64_000_000
/** One row each for four planes of the tallest images, and some margin. */
const MAX_SEGMENTS = 200_000
const SCALE_ADVICE = 'Such files do not define black and white. Save it with 8 or 16 bits per channel.'

/**
 * Reads the image layout from a directory, and rejects layouts that libvips would silently decode to a black or garbled
 * image.
 *
 * @throws Problem `unsupported_format` naming the cause, `too_many_pixels`, `truncated_image` if strips or tiles are
 * missing
 */
export function readLayout(directory: Directory, fileBytes: number, maxPixels: number): Layout {
  const number = (tag: number, fallback: number) => numberOf(directory, tag, fallback)
  const [width, height] = [number(TAG.width, 0), number(TAG.height, 0)]
  if (width === 0 || height === 0) throw damaged('does not state its size')
  if (width * height > maxPixels) throw tooManyPixels(width * height, maxPixels)
  const compression = number(TAG.compression, COMPRESSION.none)
  if (!isSupported(compression))
    throw unsupported(`is compressed with ${compressionName(compression)}`, COMPRESSION_ADVICE)
  const kind = readKind(directory, compression)
  const segments = readSegments(directory, { width, height, planes: kind.planar ? kind.samples : 1 }, fileBytes)
  const layout = {
    width,
    height,
    compression,
    predictor: isDecompressedHere(compression) ? number(TAG.predictor, 1) : 1,
    reversedBits: number(TAG.fillOrder, 1) === 2,
    ...kind,
    ...segments,
  }
  if (compression === COMPRESSION.none) requireComplete(layout)
  return layout
}

const COMPRESSION_ADVICE = 'Save it without compression, with LZW, Deflate or ZSTD, or as PNG or JPEG.'

function readKind(
  directory: Directory,
  compression: number,
): Pick<Layout, 'bits' | 'samples' | 'photometric' | 'planar' | 'colours' | 'alpha'> {
  const { photometric, colours } = readColours(directory)
  const samples = numberOf(directory, TAG.samples, 1)
  if (samples < colours) throw damaged(`has ${samples} values per pixel, but its colors need ${colours}`)
  if (samples > MAX_SAMPLES) throw unsupported(`has ${samples} bands`, `The limit is ${MAX_SAMPLES}.`)
  const bits = readBits(directory, samples)
  const format = numberOf(directory, TAG.sampleFormat, 1)
  const mayBeSigned = photometric === PHOTOMETRIC.lab || photometric === PHOTOMETRIC.iccLab
  if (SAMPLE_FORMATS[format] && !(mayBeSigned && format === SIGNED)) {
    throw unsupported(`stores ${bits}-bit ${SAMPLE_FORMATS[format]}`, SCALE_ADVICE)
  }
  requireDepth(bits, samples, compression)
  return {
    bits,
    samples,
    photometric,
    planar: samples > 1 && numberOf(directory, TAG.planar, 1) === 2,
    colours,
    alpha: readAlpha(directory, photometric, samples, colours),
  }
}

function readColours(directory: Directory): Pick<Layout, 'photometric' | 'colours'> {
  const photometric = numberOf(directory, TAG.photometric, -1)
  if (photometric === -1) throw damaged('does not state how its colors are stored')
  const colours = COLOURS[photometric]
  if (colours === undefined) {
    throw unsupported(`stores ${UNSUPPORTED_KINDS[photometric] ?? `an unknown kind of color (${photometric})`}`)
  }
  if (photometric === PHOTOMETRIC.cmyk && numberOf(directory, TAG.inkSet, CMYK_INKS) !== CMYK_INKS) {
    throw unsupported('uses inks other than cyan, magenta, yellow and black')
  }
  return { photometric, colours }
}

function readBits(directory: Directory, samples: number): number {
  const all = numbersOf(directory, TAG.bits, samples) ?? [1]
  const [bits = 1] = all
  if (all.some((each) => each !== bits)) throw unsupported(`has channels with ${all.join(', ')} bits`)
  return bits
}

function requireDepth(bits: number, samples: number, compression: number): void {
  if (compression === COMPRESSION.jpeg && bits === 12)
    throw unsupported('is compressed with 12-bit JPEG', COMPRESSION_ADVICE)
  if (!(samples === 1 ? DEPTHS_OF_ONE : DEPTHS_OF_MANY).includes(bits)) {
    throw unsupported(
      `has ${bits} bits per channel`,
      bits > 16 ? SCALE_ADVICE : 'Save it with 8 or 16 bits per channel.',
    )
  }
}

/**
 * The alpha channel is the sample that is declared as one. Other extra samples, such as near infrared, are ignored. As
 * in Pillow, only RGB with an undeclared fourth sample is treated as RGBA.
 */
function readAlpha(directory: Directory, photometric: number, samples: number, colours: number): Layout['alpha'] {
  const extra = numbersOf(directory, TAG.extraSamples, samples)
  if (extra === null) {
    const isRgba = photometric === PHOTOMETRIC.rgb && samples === 4
    return isRgba ? { sample: 3, premultiplied: false } : null
  }
  const index = extra.slice(0, samples - colours).findIndex((kind) => kind === 1 || kind === 2)
  return index < 0 ? null : { sample: colours + index, premultiplied: extra[index] === 1 }
}

function readSegments(
  directory: Directory,
  { width, height, planes }: { width: number; height: number; planes: number },
  fileBytes: number,
): Pick<Layout, 'tiled' | 'segmentWidth' | 'segmentHeight' | 'segments'> {
  const tiled = directory.fields.has(TAG.tileOffsets)
  const part = tiled ? 'tiles' : 'strips'
  const segmentWidth = tiled ? numberOf(directory, TAG.tileWidth, 0) : width
  const segmentHeight = tiled
    ? numberOf(directory, TAG.tileHeight, 0)
    : Math.min(numberOf(directory, TAG.rowsPerStrip, height), height)
  if (segmentWidth === 0 || segmentHeight === 0) throw damaged(`has ${part} with no size`)
  if (tiled && segmentWidth * segmentHeight > MAX_TILE_PIXELS) throw damaged('declares tiles that are too large')
  const needed = Math.ceil(width / segmentWidth) * Math.ceil(height / segmentHeight) * planes
  if (needed > MAX_SEGMENTS) throw unsupported(`is split into ${needed} ${part}`, `Save it with larger ${part}.`)
  const [offsetTag, countTag] = tiled ? [TAG.tileOffsets, TAG.tileCounts] : [TAG.stripOffsets, TAG.stripCounts]
  const offsets = numbersOf(directory, offsetTag, needed) ?? []
  const counts = numbersOf(directory, countTag, needed) ?? []
  const found = Math.min(offsets.length, counts.length)
  if (found < needed) throw damaged(`contains only ${found} of its ${needed} ${part}`)
  const segments = offsets.map((offset, i) => ({ offset, count: counts[i] ?? 0 }))
  requireInside(segments, part, fileBytes)
  return { tiled, segmentWidth, segmentHeight, segments }
}

function requireInside(segments: readonly Segment[], part: string, fileBytes: number): void {
  if (segments.some(({ count }) => count === 0)) throw damaged(`is missing some of its ${part}`)
  if (segments.some(({ offset, count }) => offset + count > fileBytes)) {
    throw damaged(`ends before the last of its ${part}`)
  }
}

/** Bytes per row of a segment, with all its samples. */
export function segmentRowBytes({ segmentWidth, samples, bits, planar }: Layout): number {
  return Math.ceil((segmentWidth * (planar ? 1 : samples) * bits) / 8)
}

/** Rows that a segment must contain: all rows of a tile, but only the remaining rows in the last strip. */
export function segmentRows({ tiled, height, segmentHeight }: Layout, index: number): number {
  if (tiled) return segmentHeight
  const strips = Math.ceil(height / segmentHeight)
  return Math.min(segmentHeight, height - (index % strips) * segmentHeight)
}

/** An uncompressed strip or tile contains all of its rows, except where colors are subsampled (YCbCr). */
function requireComplete(layout: Layout): void {
  if (layout.photometric === PHOTOMETRIC.ycc) return
  for (const [index, { count }] of layout.segments.entries()) {
    if (count < segmentRows(layout, index) * segmentRowBytes(layout))
      throw damaged('has a strip or tile that is too short')
  }
}
