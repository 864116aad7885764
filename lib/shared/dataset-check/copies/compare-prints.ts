import type { GreyImage } from '../grey-image'
import { align, type Placement } from './align'
import type { Box, Print } from './print'

/**
 * From this correlation of edges, two prints show the same photo. Measured (`npm run bench -- check`): copies that were
 * resized, recompressed, cropped, mirrored, brightened, or framed reach 0.83 and more. Other photos of things reach 0.5,
 * and other photos of the same hand sign 0.78, or a little more once one is enlarged to match.
 */
const SAME_PHOTO = 0.8
/** The same for prints of which one shows much less, and for which no frame is the reason. */
const SAME_PHOTO_ENLARGED = 0.9
/** The most that a crop of a tenth and a little more enlarges. */
const [CROP_MIN, CROP_MAX] = [0.84, 1.2]
/** Pairs below this at half the size don't reach the above. */
const PROMISING = 0.55
/** How much of the smaller one must be seen in the other. */
const MIN_OVERLAP = 0.5
/** Fewer pixels correlate by chance. */
const LEAST_PIXELS = 16
/** Pixels at the edges that aren't compared: averages are cut off there, and frames begin. */
const MARGIN = 2

/** The most a copy is enlarged or reduced within its frame where the alignment starts. */
const SCALES = [1, 1.25, 0.8]
const centered = (width: number, height: number): Placement => ({
  left: (1 - width) / 2,
  top: (1 - height) / 2,
  width,
  height,
})
const NEAR_START = [centered(1, 1)]
const ALL_STARTS = SCALES.flatMap((width) => SCALES.map((height) => centered(width, height)))
/** The most promising starts that are followed to the next size. */
const FOLLOWED = 2

/**
 * Whether two prints show the same photo: whether their edges match where they match best.
 *
 * @param far whether one may have a frame that the other doesn't have, which takes longer to find out
 */
export function areSamePhoto(a: Print, b: Print, far: boolean): boolean {
  const match = bestMatch(a, b, far)
  if (match === null) return false
  const { width, height } = match.placement
  const isCrop = [width, height].every((size) => size > CROP_MIN && size < CROP_MAX)
  const framed = areaOf(a.content) < 1 || areaOf(b.content) < 1
  return match.similarity >= (isCrop || framed ? SAME_PHOTO : SAME_PHOTO_ENLARGED)
}

interface Match {
  placement: Placement
  /** The correlation of edges, from -1 to 1. */
  similarity: number
}

/** Where two prints match best; null if they don't match at all. */
function bestMatch(a: Print, b: Print, far: boolean): Match | null {
  let matches: Match[] = (far ? ALL_STARTS : NEAR_START).map((placement) => ({ placement, similarity: 0 }))
  for (const [level, [grey, edges]] of levels(a).entries()) {
    const [otherGrey, otherEdges] = levels(b)[level] as [GreyImage, GreyImage]
    matches = matches
      .flatMap((match) => align(grey, otherGrey, match.placement) ?? [])
      .map((placement) => ({
        placement,
        similarity: correlation([edges, a.content], [otherEdges, b.content], placement),
      }))
      .sort((x, y) => y.similarity - x.similarity)
      .slice(0, level === 0 ? FOLLOWED : 1)
    if (level > 0 && (matches[0]?.similarity ?? -1) < PROMISING) return null
  }
  return matches[0] ?? null
}

function levels({ grey, edges }: Print): [GreyImage, GreyImage][] {
  return grey.map((image, level) => [image, edges[level] as GreyImage])
}

/**
 * The correlation of two images where the contents of both overlap; -1 where they hardly do. Frames aren't compared: two
 * photos with the same frame aren't the same.
 */
function correlation(
  [image, content]: readonly [GreyImage, Box],
  [other, otherContent]: readonly [GreyImage, Box],
  { left, top, width, height }: Placement,
): number {
  const side = image.width
  const [own, theirs] = [inner(content, side), inner(otherContent, side)]
  let [count, a, b, aa, bb, ab] = [0, 0, 0, 0, 0, 0]
  for (let row = own.top; row <= own.bottom; row++) {
    const y = top * side + height * (row + 0.5) - 0.5
    if (y < theirs.top || y > theirs.bottom) continue
    const y0 = Math.min(side - 2, Math.floor(y))
    for (let column = own.left; column <= own.right; column++) {
      const x = left * side + width * (column + 0.5) - 0.5
      if (x < theirs.left || x > theirs.right) continue
      const x0 = Math.min(side - 2, Math.floor(x))
      const first = image.values[row * side + column] as number
      const second = between(other.values, y0 * side + x0, side, x - x0, y - y0)
      count++
      a += first
      b += second
      aa += first * first
      bb += second * second
      ab += first * second
    }
  }
  if (count < Math.max(LEAST_PIXELS, MIN_OVERLAP * Math.min(areaOf(own), areaOf(theirs) / (width * height)))) return -1
  const variance = (aa - (a * a) / count) * (bb - (b * b) / count)
  return variance > 0 ? (ab - (a * b) / count) / Math.sqrt(variance) : -1
}

/** The pixels of a box that are away from its edges, the last ones included. */
function inner({ left, top, right, bottom }: Box, side: number): Box {
  const [first, last] = [
    (at: number) => Math.ceil(at * side) + MARGIN,
    (at: number) => Math.floor(at * side) - 1 - MARGIN,
  ]
  return { left: first(left), top: first(top), right: last(right), bottom: last(bottom) }
}

function areaOf({ left, top, right, bottom }: Box): number {
  return Math.max(0, right - left) * Math.max(0, bottom - top)
}

/** Bilinear interpolation. */
function between(values: Float32Array, at: number, side: number, fx: number, fy: number): number {
  const upper = (1 - fx) * (values[at] as number) + fx * (values[at + 1] as number)
  const lower = (1 - fx) * (values[at + side] as number) + fx * (values[at + side + 1] as number)
  return (1 - fy) * upper + fy * lower
}
