import sharp, { type Sharp } from 'sharp'
import type { Raster } from '@/lib/shared/image/raster'
import { type Directory, damaged, unsupported } from '@/lib/shared/image/tiff/directory'
import { tiffOf } from '@/lib/shared/image/tiff/write'
import { compressionName } from './compression'
import { type Layout, PHOTOMETRIC, segmentRows } from './layout'
import { keptSamples, orientation, packedEntries } from './rewrite'
import { paste, type SegmentPosition, segmentPositions } from './segment-positions'

const RGB = 3
/** Each segment costs a libvips call. */
const MAX_SEGMENTS = 20_000
/** As many as the thread pool decodes at once. */
const CONCURRENCY = 4

/**
 * Assembles the image from segments that libvips decodes one by one, each as its own TIFF. Used for JPEG, WebP and fax
 * tiles, because libvips silently paints an unreadable tile black, and for strips with a band that must not be treated
 * as alpha.
 *
 * @throws Problem `truncated_image`, `unsupported_format`
 */
export async function decodeSegments(file: Uint8Array, directory: Directory, layout: Layout): Promise<Raster> {
  const { width, height } = layout
  const segments = [...segmentPositions(layout)].filter(({ plane }) => plane === 0)
  rejectUnsupported(layout, segments.length)
  const pixels = new Uint8Array(width * height * RGB)
  for (let first = 0; first < segments.length; first += CONCURRENCY) {
    const batch = segments.slice(first, first + CONCURRENCY)
    await Promise.all(
      batch.map(async (place) => {
        const rows = await decodeSegment(file, directory, layout, place, segments.length)
        const at = { left: place.left * RGB, top: place.top }
        paste(rows, layout.segmentWidth * RGB, pixels, width * RGB, at)
      }),
    )
  }
  return { width, height, channels: RGB, pixels, orientation: orientation(directory) }
}

function rejectUnsupported(layout: Layout, segmentCount: number): void {
  const { photometric, samples, planar, compression } = layout
  const by = `compressed with ${NAMES[compression] ?? compressionName(compression)}`
  if (photometric === PHOTOMETRIC.lab || photometric === PHOTOMETRIC.iccLab) throw unsupported(`stores CIELAB, ${by}`)
  const unread = samples - keptSamples(layout).length
  if (!planar && (samples > 4 || unread > 1))
    throw unsupported(`has ${samples} bands, ${by}`, 'Save it with three bands, or with LZW compression.')
  if (segmentCount > MAX_SEGMENTS)
    throw unsupported(`is split into ${segmentCount} segments`, 'Save it with larger tiles.')
}

const NAMES: Readonly<Record<number, string>> = {
  2: 'CCITT',
  3: 'CCITT Group 3',
  4: 'CCITT Group 4',
  7: 'JPEG',
  50001: 'WebP',
}

async function decodeSegment(
  file: Uint8Array,
  directory: Directory,
  layout: Layout,
  { index }: SegmentPosition,
  segmentCount: number,
): Promise<Uint8Array> {
  const { segmentWidth, planar, samples } = layout
  const kept = keptSamples(layout)
  const planes = planar ? kept : [0]
  const packed = planes.map((plane) => {
    const { offset, count } = layout.segments[plane * segmentCount + index] ?? { offset: 0, count: 0 }
    return file.subarray(offset, offset + count)
  })
  const height = segmentRows(layout, index)
  const own = { ...layout, width: segmentWidth, height, samples: planar ? kept.length : samples }
  const { file: segmentTiff, data } = tiffOf(
    packedEntries(directory, own),
    packed.map(({ length }) => length),
    directory.bigEndian,
  )
  let at = 0
  for (const bytes of packed) {
    data.set(bytes, at)
    at += bytes.length
  }
  const picture = sharp(segmentTiff, { failOn: 'warning', limitInputPixels: false, pages: 1 })
  return rgbOf(layout.alpha ? picture.flatten({ background: '#ffffff' }) : picture.removeAlpha())
}

async function rgbOf(picture: Sharp): Promise<Uint8Array> {
  const raw = picture.toColourspace('srgb').raw({ depth: 'uchar' })
  const { data, info } = await raw.toBuffer({ resolveWithObject: true }).catch((error: unknown) => {
    throw damaged('has a strip or tile that cannot be decoded', error)
  })
  if (info.channels === RGB) return data
  const rgb = new Uint8Array(info.width * info.height * RGB)
  for (let i = 0; i < rgb.length; i++) rgb[i] = data[Math.floor(i / RGB) * info.channels] as number
  return rgb
}
