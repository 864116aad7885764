import type { Size } from '../image/geometry'
import { CELLS } from './masks'

const CHANNELS = 3
/** Patches along each side. Only their mean colors remain of an occluded image. */
const PATCHES = 8

/**
 * The replacement for occluded pixels (RGB uint8, height × width × 3): the image itself, blurred beyond recognition.
 * Unlike a flat color, it adds no edges that a model could react to.
 */
export function blurredBaseline(pixels: Uint8Array, { width, height }: Size): Uint8Array {
  const means = patchMeans(pixels, width, height)
  const out = new Uint8Array(pixels.length)
  const columns = cellOffsets(width, PATCHES)
  const line = new Float32Array(PATCHES * CHANNELS)
  for (const [y, row] of cellOffsets(height, PATCHES).entries()) {
    const start = row.cell * line.length
    for (let i = 0; i < line.length; i++) line[i] = lerp(means, start + i, line.length, row.fraction)
    let i = y * width * CHANNELS
    for (const { cell, fraction } of columns) {
      for (let channel = 0; channel < CHANNELS; channel++, i++) {
        out[i] = lerp(line, cell * CHANNELS + channel, CHANNELS, fraction) + 0.5
      }
    }
  }
  return out
}

/** The mean color of each patch [PATCHES × PATCHES × 3]. */
function patchMeans(pixels: Uint8Array, width: number, height: number): Float32Array {
  const sums = new Float64Array(PATCHES * PATCHES * CHANNELS)
  const counts = new Float64Array(sums.length)
  for (let y = 0, i = 0; y < height; y++) {
    const row = PATCHES * Math.floor((PATCHES * y) / height)
    for (let x = 0; x < width; x++) {
      const patch = CHANNELS * (row + Math.floor((PATCHES * x) / width))
      for (let channel = 0; channel < CHANNELS; channel++, i++) {
        sums[patch + channel] = (sums[patch + channel] as number) + (pixels[i] as number)
        counts[patch + channel] = (counts[patch + channel] as number) + 1
      }
    }
  }
  return Float32Array.from(sums, (sum, i) => sum / Math.max(counts[i] as number, 1))
}

/** Keeps the pixels where the mask is 1, uses the baseline where it is 0, and interpolates between cells. */
export function occlude(
  pixels: Uint8Array,
  baseline: Uint8Array,
  { width, height }: Size,
  mask: Float32Array,
): Uint8Array {
  const out = new Uint8Array(pixels.length)
  const columns = cellOffsets(width, CELLS)
  const line = new Float32Array(CELLS)
  for (const [y, row] of cellOffsets(height, CELLS).entries()) {
    for (let cell = 0; cell < CELLS; cell++) line[cell] = lerp(mask, row.cell * CELLS + cell, CELLS, row.fraction)
    let i = y * width * CHANNELS
    for (const { cell, fraction } of columns) {
      const visible = lerp(line, cell, 1, fraction)
      for (const end = i + CHANNELS; i < end; i++) {
        const background = baseline[i] as number
        out[i] = background + visible * ((pixels[i] as number) - background) + 0.5
      }
    }
  }
  return out
}

/** Interpolates between two array values that are `step` apart. */
function lerp(values: Float32Array, at: number, step: number, fraction: number): number {
  const value = values[at] as number
  return fraction === 0 ? value : value + fraction * ((values[at + step] as number) - value)
}

/** Maps each pixel center onto the cell centers: the cell before it, and the fraction of the way to the next one. */
function cellOffsets(length: number, cells: number): { cell: number; fraction: number }[] {
  return Array.from({ length }, (_, pixel) => {
    const offset = Math.min(Math.max(((pixel + 0.5) * cells) / length - 0.5, 0), cells - 1)
    const cell = Math.floor(offset)
    return { cell, fraction: offset - cell }
  })
}
