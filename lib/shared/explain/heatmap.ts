/** A grid of values, row by row. */
export interface HeatmapGrid {
  width: number
  height: number
  values: readonly number[]
}

/** RGBA pixels, row by row, not premultiplied. */
export interface HeatmapPixels {
  width: number
  height: number
  rgba: Uint8ClampedArray<ArrayBuffer>
}

/**
 * The color ramp from least to most important: a dark veil that lifts, then a warm glow. Share, red, green, blue,
 * opacity.
 */
const RAMP = [
  [0, 8, 14, 16, 0.74],
  [0.3, 8, 14, 16, 0.42],
  [0.5, 120, 90, 30, 0.08],
  [0.75, 255, 186, 40, 0.3],
  [1, 255, 112, 16, 0.62],
] as const

/** Quantiles of the dark and the bright end: single outliers determine neither. */
const DARK = 0.4
const BRIGHT = 0.985

/** Size of a drawn cell, in pixels. */
const SCALE = 8

/** Renders a heatmap to overlay on the photo. Negative values are drawn like irrelevant ones. */
export function heatmapPixels({ width, height, values }: HeatmapGrid): HeatmapPixels {
  const sorted = [...values].sort((a, b) => a - b)
  const quantile = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? 0
  const dark = Math.max(quantile(DARK), 0)
  const most = Math.max(quantile(BRIGHT) - dark, Number.MIN_VALUE)
  const size = { width: width * SCALE, height: height * SCALE }
  const pixels = new Uint32Array(size.width * size.height)
  const columns = Array.from({ length: size.width }, (_, x) => place(x, width))
  for (let y = 0, i = 0; y < size.height; y++) {
    const row = place(y, height)
    const [above, below] = [row.from * width, row.to * width]
    for (const { from, to, part } of columns) {
      const upper = between(values[above + from] ?? 0, values[above + to] ?? 0, part)
      const lower = between(values[below + from] ?? 0, values[below + to] ?? 0, part)
      const share = (between(upper, lower, row.part) - dark) / most
      pixels[i++] = COLOURS[Math.round(LEVELS * Math.min(Math.max(share, 0), 1))] ?? 0
    }
  }
  return { ...size, rgba: new Uint8ClampedArray(pixels.buffer) }
}

/** The position of a pixel's center between the centers of two cells; at the edges, on one cell. */
function place(pixel: number, cells: number): { from: number; to: number; part: number } {
  const at = Math.min(Math.max((pixel + 0.5) / SCALE - 0.5, 0), cells - 1)
  const from = Math.floor(at)
  return { from, to: Math.min(from + 1, cells - 1), part: at - from }
}

function between(a: number, b: number, part: number): number {
  return a + part * (b - a)
}

const LEVELS = 255

/** The ramp as a lookup table of packed pixels, because a heatmap has fifty thousand. */
const COLOURS = Uint32Array.from({ length: LEVELS + 1 }, (_, level) => {
  const bytes = Uint8ClampedArray.from(colour(level / LEVELS))
  return new Uint32Array(bytes.buffer)[0] ?? 0
})

function colour(share: number): [number, number, number, number] {
  const upper = RAMP.find(([from]) => from >= share) ?? RAMP[RAMP.length - 1] ?? RAMP[0]
  const lower = RAMP[Math.max(RAMP.indexOf(upper) - 1, 0)] ?? upper
  const part = upper === lower ? 0 : (share - lower[0]) / (upper[0] - lower[0])
  const mix = (i: 1 | 2 | 3 | 4) => between(lower[i], upper[i], part)
  return [mix(1), mix(2), mix(3), 255 * mix(4)]
}
