import type { Raster } from '../raster'
import type { Plane } from './libheif'

/** A picture of 8 bits a channel whose pixels still lie elsewhere. */
export type Shape = Pick<Raster, 'width' | 'height' | 'channels' | 'icc'>

/** Numbers of a TIFF's directory: 2 and 4 bytes each, and bytes as they are. */
const [SHORT, LONG, UNDEFINED] = [3, 4, 7]
const HEADER = 8
const ENTRY = 12
/** The decoder holds one strip at a time. */
const STRIP_BYTES = 262_144
const PHOTOMETRIC = { 1: 1, 3: 2, 4: 2 }

type Field = [tag: number, type: number, values: readonly number[] | Uint8Array]

/**
 * The bytes of an uncompressed TIFF up to its pixels, height × width × channels, that follow directly. sharp takes an ICC profile
 * with pixels only in a file, and this one costs it nothing to read.
 */
export function tiffHead({ width, height, channels, icc }: Shape): Uint8Array<ArrayBuffer> {
  const rowBytes = width * channels
  const rows = Math.max(1, Math.floor(STRIP_BYTES / rowBytes))
  const strips = Math.ceil(height / rows)
  const counts = Array.from({ length: strips }, (_, i) => Math.min(rows, height - i * rows) * rowBytes)
  const fields = (pixels: number): Field[] => [
    [256, LONG, [width]],
    [257, LONG, [height]],
    [258, SHORT, Array(channels).fill(8)],
    [259, SHORT, [1]], // Not compressed.
    [262, SHORT, [PHOTOMETRIC[channels]]],
    [273, LONG, counts.map((_, i) => pixels + i * rows * rowBytes)],
    [277, SHORT, [channels]],
    [278, LONG, [rows]],
    [279, LONG, counts],
    ...(channels === 4 ? [[338, SHORT, [2]] as Field] : []), // Alpha, not multiplied.
    ...(icc ? [[34675, UNDEFINED, icc] as Field] : []),
  ]
  return write(fields(write(fields(0)).length))
}

function write(fields: Field[]): Uint8Array<ArrayBuffer> {
  const directory = HEADER + 2 + fields.length * ENTRY + 4
  const out = new Uint8Array(directory + fields.reduce((sum, field) => sum + outside(field), 0))
  const view = new DataView(out.buffer)
  out.set([0x49, 0x49, 42, 0, HEADER])
  view.setUint16(HEADER, fields.length, true)
  let next = directory
  for (const [i, field] of fields.entries()) {
    const [tag, type, values] = field
    const at = HEADER + 2 + i * ENTRY
    view.setUint16(at, tag, true)
    view.setUint16(at + 2, type, true)
    view.setUint32(at + 4, values.length, true)
    if (outside(field) > 0) view.setUint32(at + 8, next, true)
    put(view, outside(field) > 0 ? next : at + 8, field)
    next += outside(field)
  }
  return out
}

function put(view: DataView, at: number, [, type, values]: Field): void {
  for (const [i, value] of values.entries()) {
    if (type === SHORT) view.setUint16(at + 2 * i, value, true)
    else if (type === LONG) view.setUint32(at + 4 * i, value, true)
    else view.setUint8(at + i, value)
  }
}

/** Bytes that a field takes behind the directory: none up to four, and an even number. */
function outside([, type, values]: Field): number {
  const bytes = values.length * (type === SHORT ? 2 : type === LONG ? 4 : 1)
  return bytes <= 4 ? 0 : bytes + (bytes % 2)
}

/**
 * A decoded picture as a TIFF, copied out of the decoder's memory once, its sides divided by `factor`; alpha is not multiplied in it
 * any more. One with alpha keeps its size: hidden colours would bleed into the means.
 */
export function pictureTiff(plane: Plane, factor: number): Uint8Array<ArrayBuffer> {
  const by = plane.channels === 4 ? 1 : factor
  const [width, height] = [Math.ceil(plane.width / by), Math.ceil(plane.height / by)]
  const head = tiffHead({ ...plane, width, height })
  const out = new Uint8Array(head.length + height * width * plane.channels)
  out.set(head)
  const pixels = out.subarray(head.length)
  if (by === 1) copyRows(plane, pixels)
  else averageBlocks(plane, by, pixels)
  if (plane.premultiplied) divideByAlpha(pixels)
  return out
}

function copyRows({ width, height, channels, stride, bytes }: Plane, out: Uint8Array): void {
  const rowBytes = width * channels
  for (let y = 0; y < height; y++) out.set(bytes.subarray(y * stride, y * stride + rowBytes), y * rowBytes)
}

/** The mean of each block of `by` × `by` pixels, of fewer at the right and at the bottom. */
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

/** RGBA whose colours are multiplied by alpha, to plain colours, in place. */
function divideByAlpha(pixels: Uint8Array): void {
  for (let i = 0; i < pixels.length; i += 4) {
    const alpha = pixels[i + 3] as number
    if (alpha === 0 || alpha === 255) continue
    for (let c = i; c < i + 3; c++) pixels[c] = Math.min(255, Math.round(((pixels[c] as number) * 255) / alpha))
  }
}
