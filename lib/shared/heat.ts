/** A map of numbers, row by row. */
export interface HeatGrid {
  width: number
  height: number
  values: readonly number[]
}

/** Pixels of a picture, RGBA, row by row, not premultiplied. */
export interface HeatPixels {
  width: number
  height: number
  rgba: Uint8ClampedArray<ArrayBuffer>
}

/** From what counts least to what counts most: a dark veil that lifts, then a warm glow. Share, red, green, blue, opacity. */
const RAMP = [
  [0, 8, 14, 16, 0.74],
  [0.3, 8, 14, 16, 0.42],
  [0.5, 120, 90, 30, 0.08],
  [0.75, 255, 186, 40, 0.3],
  [1, 255, 112, 16, 0.62],
] as const

/** Shares of the cells that lie below the dark end of it and below the bright one: single cells decide neither. */
const DARK = 0.4
const BRIGHT = 0.985

/** How large a cell is drawn, in pixels. */
const SCALE = 8

/** A map as a picture to lay over the photo. What speaks against the label is drawn like what tells nothing. */
export function heatPixels({ width, height, values }: HeatGrid): HeatPixels {
  const sorted = [...values].sort((a, b) => a - b)
  const quantile = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? 0
  const dark = Math.max(quantile(DARK), 0)
  const most = Math.max(quantile(BRIGHT) - dark, Number.MIN_VALUE)
  const size = { width: width * SCALE, height: height * SCALE }
  const rgba = new Uint8ClampedArray(4 * size.width * size.height)
  const at = (x: number, y: number) => {
    const clamped = (value: number, length: number) => Math.min(Math.max(value, 0), length - 1)
    return ((values[clamped(y, height) * width + clamped(x, width)] ?? 0) - dark) / most
  }
  for (let y = 0, i = 0; y < size.height; y++) {
    for (let x = 0; x < size.width; x++, i += 4) {
      const share = interpolated(at, (x + 0.5) / SCALE - 0.5, (y + 0.5) / SCALE - 0.5)
      rgba.set(colour(Math.min(Math.max(share, 0), 1)), i)
    }
  }
  return { ...size, rgba }
}

function interpolated(at: (x: number, y: number) => number, x: number, y: number): number {
  const [x0, y0] = [Math.floor(x), Math.floor(y)]
  const [dx, dy] = [x - x0, y - y0]
  const row = (line: number) => at(x0, line) * (1 - dx) + at(x0 + 1, line) * dx
  return row(y0) * (1 - dy) + row(y0 + 1) * dy
}

function colour(share: number): [number, number, number, number] {
  const upper = RAMP.find(([from]) => from >= share) ?? RAMP[RAMP.length - 1] ?? RAMP[0]
  const lower = RAMP[Math.max(RAMP.indexOf(upper) - 1, 0)] ?? upper
  const part = upper === lower ? 0 : (share - lower[0]) / (upper[0] - lower[0])
  const mix = (i: 1 | 2 | 3 | 4) => lower[i] + part * (upper[i] - lower[i])
  return [mix(1), mix(2), mix(3), 255 * mix(4)]
}
