import type { Raster } from './raster'
import { TAG } from './tiff/directory'
import { type Entries, longs, opaque, shorts, tiffOf } from './tiff/write'

const [GREY, RGB] = [1, 2]
const NOT_COMPRESSED = 1
const UNASSOCIATED_ALPHA = 2
/** libtiff loads one strip at a time. */
const STRIP_BYTES = 262_144

/**
 * Creates an uncompressed TIFF whose pixels (height × width × channels, `bytesEach` bytes each) the caller writes to
 * `data`. sharp accepts neither a profile nor an orientation with raw pixels.
 */
export function rasterTiff(
  { width, height, channels, icc, orientation = 1 }: Omit<Raster, 'pixels'>,
  bytesEach = 1,
): { file: Uint8Array<ArrayBuffer>; data: Uint8Array<ArrayBuffer> } {
  const rowBytes = width * channels * bytesEach
  const rows = Math.max(1, Math.floor(STRIP_BYTES / rowBytes))
  const strips = Array.from(
    { length: Math.ceil(height / rows) },
    (_, i) => Math.min(rows, height - i * rows) * rowBytes,
  )
  const short = (...values: number[]) => shorts(values, false)
  const entries: Entries = new Map([
    [TAG.width, longs([width], false)],
    [TAG.height, longs([height], false)],
    [TAG.bits, short(...Array.from({ length: channels }, () => 8 * bytesEach))],
    [TAG.compression, short(NOT_COMPRESSED)],
    [TAG.photometric, short(channels === 1 ? GREY : RGB)],
    [TAG.orientation, short(orientation)],
    [TAG.samples, short(channels)],
    [TAG.rowsPerStrip, longs([rows], false)],
  ])
  if (channels === 4) entries.set(TAG.extraSamples, short(UNASSOCIATED_ALPHA))
  if (icc) entries.set(TAG.icc, opaque(icc))
  return tiffOf(entries, strips, false)
}
