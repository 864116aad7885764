import sharp, { type Sharp } from 'sharp'
import type { Raster } from '../raster'
import { compressionName } from './compression'
import { type Directory, damaged, unsupported } from './directory'
import { type Layout, PHOTOMETRIC, segmentRows } from './layout'
import { type Place, paste, places } from './places'
import { keptSamples, orientation, packedEntries } from './rewrite'
import { tiffOf } from './write'

const RGB = 3
/** Each costs a call of libvips. */
const MOST_PIECES = 20_000
/** As many as threads of the pool decode at once. */
const AT_ONCE = 4

/**
 * The picture put together from pieces that libvips decodes one by one, each as a TIFF of its own: of JPEG, WebP and fax tiles, since
 * libvips paints a tile that it cannot read black and goes on, and of strips with a band that must not be taken for alpha.
 *
 * @throws Problem `truncated_image`, `unsupported_format`
 */
export async function piecewise(file: Uint8Array, directory: Directory, layout: Layout): Promise<Raster> {
  const { width, height } = layout
  const pieces = [...places(layout)].filter(({ plane }) => plane === 0)
  refuseOdd(layout, pieces.length)
  const pixels = new Uint8Array(width * height * RGB)
  for (let first = 0; first < pieces.length; first += AT_ONCE) {
    const some = pieces.slice(first, first + AT_ONCE)
    await Promise.all(
      some.map(async (place) => {
        const rows = await decodePiece(file, directory, layout, place, pieces.length)
        const at = { left: place.left * RGB, top: place.top }
        paste(rows, layout.segmentWidth * RGB, pixels, width * RGB, at)
      }),
    )
  }
  return { width, height, channels: RGB, pixels, orientation: orientation(directory) }
}

function refuseOdd(layout: Layout, pieces: number): void {
  const { photometric, samples, planar, compression } = layout
  const by = `compressed by ${NAMES[compression] ?? compressionName(compression)}`
  if (photometric === PHOTOMETRIC.lab || photometric === PHOTOMETRIC.iccLab) throw unsupported(`holds CIELAB, ${by}`)
  const unread = samples - keptSamples(layout).length
  if (!planar && (samples > 4 || unread > 1))
    throw unsupported(`has ${samples} bands, ${by}`, 'Save it with three, or with LZW.')
  if (pieces > MOST_PIECES) throw unsupported(`is cut into ${pieces} pieces`, 'Save it in larger tiles.')
}

const NAMES: Readonly<Record<number, string>> = {
  2: 'CCITT',
  3: 'CCITT Group 3',
  4: 'CCITT Group 4',
  7: 'JPEG',
  50001: 'WebP',
}

async function decodePiece(
  file: Uint8Array,
  directory: Directory,
  layout: Layout,
  { index }: Place,
  pieces: number,
): Promise<Uint8Array> {
  const { segmentWidth, planar, samples } = layout
  const kept = keptSamples(layout)
  const planes = planar ? kept : [0]
  const packed = planes.map((plane) => {
    const { offset, count } = layout.segments[plane * pieces + index] ?? { offset: 0, count: 0 }
    return file.subarray(offset, offset + count)
  })
  const height = segmentRows(layout, index)
  const own = { ...layout, width: segmentWidth, height, samples: planar ? kept.length : samples }
  const { file: piece, data } = tiffOf(
    packedEntries(directory, own),
    packed.map(({ length }) => length),
    directory.bigEndian,
  )
  let at = 0
  for (const bytes of packed) {
    data.set(bytes, at)
    at += bytes.length
  }
  const picture = sharp(piece, { failOn: 'warning', limitInputPixels: false, pages: 1 })
  return rgbOf(layout.alpha ? picture.flatten({ background: '#ffffff' }) : picture.removeAlpha())
}

async function rgbOf(picture: Sharp): Promise<Uint8Array> {
  const raw = picture.toColourspace('srgb').raw({ depth: 'uchar' })
  const { data, info } = await raw.toBuffer({ resolveWithObject: true }).catch((error: unknown) => {
    throw damaged('has a strip or tile that cannot be read', error)
  })
  if (info.channels === RGB) return data
  const rgb = new Uint8Array(info.width * info.height * RGB)
  for (let i = 0; i < rgb.length; i++) rgb[i] = data[Math.floor(i / RGB) * info.channels] as number
  return rgb
}
