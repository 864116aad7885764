import type { Size } from '../../image/geometry'
import { CELLS } from './masks'

const CHANNELS = 3
/** Patches along a side whose mean colours are all that is left of a picture that is hidden. */
const PATCHES = 8

/**
 * What stands for hidden pixels (RGB uint8, height × width × 3): the picture itself, blurred beyond recognition. Unlike a flat
 * colour it puts no edges in that a model could take for something.
 */
export function blurred(pixels: Uint8Array, { width, height }: Size): Uint8Array {
  const means = patchMeans(pixels, width, height)
  const out = new Uint8Array(pixels.length)
  const columns = places(width, PATCHES)
  const line = new Float32Array(PATCHES * CHANNELS)
  for (const [y, row] of places(height, PATCHES).entries()) {
    const start = row.cell * line.length
    for (let i = 0; i < line.length; i++) line[i] = mix(means, start + i, line.length, row.part)
    let i = y * width * CHANNELS
    for (const { cell, part } of columns) {
      for (let channel = 0; channel < CHANNELS; channel++, i++) {
        out[i] = mix(line, cell * CHANNELS + channel, CHANNELS, part) + 0.5
      }
    }
  }
  return out
}

/** The mean colour of each patch [PATCHES × PATCHES × 3]. */
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

/** The pixels where the mask lets them be seen, `cover` where it does not, and between the two between its cells. */
export function hide(pixels: Uint8Array, cover: Uint8Array, { width, height }: Size, mask: Float32Array): Uint8Array {
  const out = new Uint8Array(pixels.length)
  const columns = places(width, CELLS)
  const line = new Float32Array(CELLS)
  for (const [y, row] of places(height, CELLS).entries()) {
    for (let cell = 0; cell < CELLS; cell++) line[cell] = mix(mask, row.cell * CELLS + cell, CELLS, row.part)
    let i = y * width * CHANNELS
    for (const { cell, part } of columns) {
      const seen = mix(line, cell, 1, part)
      for (const end = i + CHANNELS; i < end; i++) {
        const hidden = cover[i] as number
        out[i] = hidden + seen * ((pixels[i] as number) - hidden) + 0.5
      }
    }
  }
  return out
}

/** The value between two of an array that lie `step` apart. */
function mix(values: Float32Array, at: number, step: number, part: number): number {
  const value = values[at] as number
  return part === 0 ? value : value + part * ((values[at + step] as number) - value)
}

/** Where the middle of each pixel lies among the middles of cells: a cell, and how far it is to the next. */
function places(length: number, cells: number): { cell: number; part: number }[] {
  return Array.from({ length }, (_, pixel) => {
    const place = Math.min(Math.max(((pixel + 0.5) * cells) / length - 0.5, 0), cells - 1)
    const cell = Math.floor(place)
    return { cell, part: place - cell }
  })
}
