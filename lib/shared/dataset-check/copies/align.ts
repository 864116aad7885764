import type { GreyImage } from '../grey-image'

/**
 * Where one image lies in another: the point (x, y) of the first, both from 0 to 1, is at
 * (left + width · x, top + height · y) of the second. Crops are smaller than 1, borders larger.
 */
export interface Placement {
  left: number
  top: number
  width: number
  height: number
}

/** Steps at each size: measured, more find no further copies. */
const STEPS = 6
/** A step that moves the corners by less than this, in pixels, is the last. */
const DONE = 0.02

/**
 * Finds the placement of one image in another of the same size by maximizing their enhanced correlation coefficient,
 * which ignores brightness and contrast. Source: Evangelidis and Psarakis, "Parametric Image Alignment Using Enhanced
 * Correlation Coefficient Maximization", IEEE TPAMI 30 (2008), with the four parameters of a crop.
 *
 * @param start where to begin: within a few pixels
 * @returns null if the images have nothing to hold on to, or drift apart
 */
export function align(image: GreyImage, other: GreyImage, start: Placement): Placement | null {
  let at = start
  for (let step = 0; step < STEPS; step++) {
    const next = improve(image, other, at)
    if (next === null) return null
    const change = distance(at, next) * image.width
    at = next
    if (change < DONE) break
  }
  return at
}

/** By how much the corners differ. */
function distance(a: Placement, b: Placement): number {
  const [left, top] = [Math.abs(a.left - b.left), Math.abs(a.top - b.top)]
  const right = Math.abs(a.left + a.width - b.left - b.width)
  return Math.max(left, top, right, Math.abs(a.top + a.height - b.top - b.height))
}

/** One step of Gauss and Newton. */
function improve(image: GreyImage, other: GreyImage, at: Placement): Placement | null {
  const { count, rw, ww, gr, gw, hessian } = sumsOf(image, other, at)
  if (count < image.values.length / 4) return null
  const solve = solver(hessian)
  if (solve === null) return null
  const hgr = solve(gr)
  const hgw = solve(gw)
  const denominator = rw - dot(gr, hgw)
  if (denominator <= 0) return null
  const lambda = (ww - dot(gw, hgw)) / denominator
  return moved(
    at,
    hgr.map((value, p) => lambda * value - (hgw[p] as number)),
  )
}

/** The largest change of a step: far from the answer, the first ones overshoot. */
const MAX_CHANGE = 0.1
/** The sizes that are still copies. */
const [MIN_SIZE, MAX_SIZE] = [0.5, 2]

function moved({ left, top, width, height }: Placement, change: readonly number[]): Placement | null {
  const largest = Math.max(...change.map(Math.abs))
  if (!Number.isFinite(largest)) return null
  const scale = Math.min(1, MAX_CHANGE / largest)
  const by = (p: number) => scale * (change[p] as number)
  const next = { left: left + by(0), top: top + by(1), width: width + by(2), height: height + by(3) }
  const fits = (size: number) => size >= MIN_SIZE && size <= MAX_SIZE
  return fits(next.width) && fits(next.height) ? next : null
}

/** Sums over the pixels of the first image that lie in the second, all around their means. */
interface Sums {
  count: number
  /** Products of the first image with the second, and of the second with itself. */
  rw: number
  ww: number
  /** Products of the derivatives by left, top, width, and height with either image. */
  gr: number[]
  gw: number[]
  /** Products of the derivatives with each other, the lower triangle [4 × 4]. */
  hessian: number[]
}

/** One pass, with all sums in local variables: most of the time of a comparison is spent here. */
function sumsOf(image: GreyImage, other: GreyImage, { left, top, width, height }: Placement): Sums {
  const side = image.width
  const { values } = other
  let [count, r1, w1, rw, ww] = [0, 0, 0, 0, 0]
  let [x1, y1, xu1, yv1] = [0, 0, 0, 0]
  let [xr, yr, xur, yvr, xw, yw, xuw, yvw] = [0, 0, 0, 0, 0, 0, 0, 0]
  let [xx, xy, yy, xux, xuy, xuxu, yvx, yvy, yvxu, yvyv] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
  for (let row = 0; row < side; row++) {
    const v = (row + 0.5) / side
    const y = (top + height * v) * side - 0.5
    if (y < 0 || y > side - 1) continue
    const y0 = Math.min(side - 2, Math.floor(y))
    const fy = y - y0
    for (let column = 0; column < side; column++) {
      const u = (column + 0.5) / side
      const x = (left + width * u) * side - 0.5
      if (x < 0 || x > side - 1) continue
      const x0 = Math.min(side - 2, Math.floor(x))
      const fx = x - x0
      const at = y0 * side + x0
      const a = values[at] as number
      const b = values[at + 1] as number
      const c = values[at + side] as number
      const d = values[at + side + 1] as number
      const r = image.values[row * side + column] as number
      const w = (1 - fy) * ((1 - fx) * a + fx * b) + fy * ((1 - fx) * c + fx * d)
      // Derivatives in units of the whole image.
      const dx = ((1 - fy) * (b - a) + fy * (d - c)) * side
      const dy = ((1 - fx) * (c - a) + fx * (d - b)) * side
      const du = dx * u
      const dv = dy * v
      count++
      r1 += r
      w1 += w
      rw += r * w
      ww += w * w
      x1 += dx
      y1 += dy
      xu1 += du
      yv1 += dv
      xr += dx * r
      yr += dy * r
      xur += du * r
      yvr += dv * r
      xw += dx * w
      yw += dy * w
      xuw += du * w
      yvw += dv * w
      xx += dx * dx
      xy += dx * dy
      yy += dy * dy
      xux += du * dx
      xuy += du * dy
      xuxu += du * du
      yvx += dv * dx
      yvy += dv * dy
      yvxu += dv * du
      yvyv += dv * dv
    }
  }
  const [r, w] = [r1 / count, w1 / count]
  return {
    count,
    rw: rw - r * w1,
    ww: ww - w * w1,
    gr: [xr - r * x1, yr - r * y1, xur - r * xu1, yvr - r * yv1],
    gw: [xw - w * x1, yw - w * y1, xuw - w * xu1, yvw - w * yv1],
    hessian: [xx, 0, 0, 0, xy, yy, 0, 0, xux, xuy, xuxu, 0, yvx, yvy, yvxu, yvyv],
  }
}

function dot(a: readonly number[], b: readonly number[]): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number)
  return sum
}

/** Solves systems of four equations by Cholesky's factors of the lower triangle; null if it is singular. */
function solver(matrix: readonly number[]): ((right: readonly number[]) => number[]) | null {
  const n = 4
  const l: number[] = new Array(n * n).fill(0)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[n * i + j] as number
      for (let k = 0; k < j; k++) sum -= (l[n * i + k] as number) * (l[n * j + k] as number)
      if (i === j && !(sum > 1e-9 * (matrix[n * i + i] as number))) return null
      l[n * i + j] = i === j ? Math.sqrt(sum) : sum / (l[n * j + j] as number)
    }
  }
  return (right) => {
    const x = [...right]
    for (let i = 0; i < n; i++) {
      for (let k = 0; k < i; k++) x[i] = (x[i] as number) - (l[n * i + k] as number) * (x[k] as number)
      x[i] = (x[i] as number) / (l[n * i + i] as number)
    }
    for (let i = n - 1; i >= 0; i--) {
      for (let k = i + 1; k < n; k++) x[i] = (x[i] as number) - (l[n * k + i] as number) * (x[k] as number)
      x[i] = (x[i] as number) / (l[n * i + i] as number)
    }
    return x
  }
}
