import { rasterTiff } from '../raster-tiff'
import type { Plane } from './libheif'

/**
 * Copies a decoded image out of the decoder's memory, once, as a TIFF with its sides divided by `factor` and alpha
 * unpremultiplied. An image with alpha keeps its size, because hidden colors would bleed into the averages.
 */
export function pictureTiff(plane: Plane, factor: number): Uint8Array<ArrayBuffer> {
  const by = plane.channels === 4 ? 1 : factor
  const [width, height] = [Math.ceil(plane.width / by), Math.ceil(plane.height / by)]
  const { file, data: pixels } = rasterTiff({ ...plane, width, height })
  if (by === 1) copyRows(plane, pixels)
  else averageBlocks(plane, by, pixels)
  if (plane.premultiplied) divideByAlpha(pixels)
  return file
}

function copyRows({ width, height, channels, stride, bytes }: Plane, out: Uint8Array): void {
  const rowBytes = width * channels
  for (let y = 0; y < height; y++) out.set(bytes.subarray(y * stride, y * stride + rowBytes), y * rowBytes)
}

/** The mean of each block of `by` × `by` pixels, or fewer at the right and bottom edges. */
function averageBlocks({ width, height, channels, stride, bytes }: Plane, by: number, out: Uint8Array): void {
  const columns = Math.ceil(width / by)
  const sums = new Uint32Array(columns * channels)
  for (let top = 0, at = 0; top < height; top += by) {
    const rows = Math.min(by, height - top)
    sums.fill(0)
    for (let y = top; y < top + rows; y++)
      addRow(bytes.subarray(y * stride, y * stride + width * channels), by, channels, sums)
    for (let column = 0, i = 0; column < columns; column++) {
      const count = rows * Math.min(by, width - column * by)
      for (let c = 0; c < channels; c++) out[at++] = Math.floor(((sums[i++] as number) + count / 2) / count)
    }
  }
}

function addRow(row: Uint8Array, by: number, channels: number, sums: Uint32Array): void {
  const width = row.length / channels
  for (let x = 0, at = 0, to = 0; x < width; to += channels) {
    for (const end = Math.min(width, x + by); x < end; x++) {
      for (let c = 0; c < channels; c++) sums[to + c] = (sums[to + c] as number) + (row[at++] as number)
    }
  }
}

/** Converts premultiplied RGBA to straight alpha, in place. */
function divideByAlpha(pixels: Uint8Array): void {
  for (let i = 0; i < pixels.length; i += 4) {
    const alpha = pixels[i + 3] as number
    if (alpha === 0 || alpha === 255) continue
    for (let c = i; c < i + 3; c++) pixels[c] = Math.min(255, Math.round(((pixels[c] as number) * 255) / alpha))
  }
}
