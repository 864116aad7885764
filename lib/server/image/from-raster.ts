import sharp, { type Sharp } from 'sharp'
import type { Raster } from './raster'
import { TAG } from './tiff/directory'
import { type Entries, longs, opaque, shorts, tiffOf } from './tiff/write'

const [GREY, RGB] = [1, 2]
const UNASSOCIATED_ALPHA = 2

/**
 * A picture that was decoded here, for the same way that all others take. It goes as an uncompressed TIFF in memory, since sharp
 * takes neither a profile nor an orientation beside raw pixels.
 */
export function fromRaster({ width, height, channels, pixels, icc, orientation = 1 }: Raster): Sharp {
  const bits = 8 * pixels.BYTES_PER_ELEMENT
  const short = (...values: number[]) => shorts(values, false)
  const entries: Entries = new Map([
    [TAG.width, longs([width], false)],
    [TAG.height, longs([height], false)],
    [TAG.bits, short(...Array.from({ length: channels }, () => bits))],
    [TAG.compression, short(1)],
    [TAG.photometric, short(channels === 1 ? GREY : RGB)],
    [TAG.orientation, short(orientation)],
    [TAG.samples, short(channels)],
    [TAG.rowsPerStrip, longs([height], false)],
  ])
  if (channels === 4) entries.set(TAG.extraSamples, short(UNASSOCIATED_ALPHA))
  if (icc) entries.set(TAG.icc, opaque(icc))
  const { file, data } = tiffOf(entries, [pixels.byteLength], false)
  data.set(new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength))
  // The limit of pixels was kept when they were decoded.
  return sharp(file, { limitInputPixels: false, pages: 1 })
}
