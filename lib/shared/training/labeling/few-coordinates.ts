import { type Matrix, row, zeros } from '../linear-algebra/matrix'
import { solveLower, solveTransposed } from '../linear-algebra/solve'
import type { Work } from '../work'
import { dotProduct, type FeatureCache, type LabelingPhoto } from './feature-cache'

/** With 200, hand signs take as many labels; with 100, twice as many. */
const MOST = 300
/** The rest of a photo's squared length, about 1, that needs no coordinate. */
const EXPLAINED = 1e-4
/** Pivots are chosen anew among so many times as many photos, or once so many of them are gone. */
const MANY_MORE = 1.5
const MANY_GONE = 0.5

/**
 * Photos as at most 300 coordinates, whose dot products are nearly those of their features, five times as many. They
 * are columns of the Cholesky factor of all dot products. The column that comes next is that of the photo that is
 * explained least so far. Source: Fine and Scheinberg, Efficient SVM Training Using Low-Rank Kernel Representations,
 * 2001.
 */
export class FewCoordinates<Photo extends LabelingPhoto> {
  private pivots: readonly Photo[] = []
  /** The coordinates of the pivots [pivots × pivots]: a lower triangle. */
  private factor = zeros(0, 0)
  private known = new WeakMap<Photo, Float64Array>()
  private chosenAmong = 0

  /** @param length how many of a photo's features count */
  constructor(
    private readonly features: FeatureCache,
    private readonly length: number,
  ) {}

  /** @returns a row for each photo [photos × coordinates], and rows of zeros */
  *of(photos: readonly Photo[]): Work<Matrix> {
    if (this.isOutdated(photos)) yield* this.choosePivots(photos)
    yield* this.read(photos.filter((photo) => !this.known.has(photo)))
    const { columns } = this.factor
    const out = zeros(photos.length, columns)
    for (const [at, photo] of photos.entries()) out.values.set(this.known.get(photo) as Float64Array, at * columns)
    return out
  }

  /**
   * The same linear functions of features.
   *
   * @param weights [functions × coordinates]
   * @returns [functions × features], row by row
   */
  *toFeatures(weights: Matrix, functions: number): Work<Float32Array> {
    const { length, pivots } = this
    const shares = { ...weights, values: weights.values.slice() }
    yield* solveTransposed(this.factor, shares)
    const out = new Float64Array(functions * length)
    for (const [at, photo] of pivots.entries()) {
      const features = this.features.of(photo)
      for (let index = 0; index < functions; index++) {
        const share = shares.values[index * shares.columns + at] as number
        for (let i = 0; i < length; i++) {
          const to = index * length + i
          out[to] = (out[to] as number) + share * (features[i] as number)
        }
      }
      yield
    }
    return Float32Array.from(out)
  }

  private isOutdated(photos: readonly Photo[]): boolean {
    if (photos.length > MANY_MORE * this.chosenAmong) return true
    const present = new Set(photos)
    return this.pivots.filter((photo) => present.has(photo)).length < MANY_GONE * this.pivots.length
  }

  private *choosePivots(photos: readonly Photo[]): Work<void> {
    const most = Math.min(MOST, photos.length)
    const rows = photos.map(() => new Float64Array(most))
    const unexplained = Float64Array.from(photos, (photo) => this.dot(photo, photo))
    const chosen: number[] = []
    for (let column = 0; column < most; column++) {
      const pivot = unexplained.indexOf(Math.max(...unexplained))
      const rest = unexplained[pivot] as number
      if (!(rest > EXPLAINED)) break
      this.addColumn(photos, rows, pivot, { column, scale: 1 / Math.sqrt(rest), unexplained })
      chosen.push(pivot)
      yield
    }
    this.pivots = chosen.map((at) => photos[at] as Photo)
    this.chosenAmong = photos.length
    this.factor = zeros(chosen.length, chosen.length)
    this.known = new WeakMap()
    for (const [at, pivot] of chosen.entries()) {
      row(this.factor, at).set((rows[pivot] as Float64Array).subarray(0, chosen.length))
    }
  }

  private addColumn(
    photos: readonly Photo[],
    rows: readonly Float64Array[],
    pivot: number,
    { column, scale, unexplained }: { column: number; scale: number; unexplained: Float64Array },
  ): void {
    const [chosen, own] = [photos[pivot] as Photo, rows[pivot] as Float64Array]
    for (const [at, photo] of photos.entries()) {
      const coordinates = rows[at] as Float64Array
      let product = this.dot(photo, chosen)
      for (let i = 0; i < column; i++) product -= (coordinates[i] as number) * (own[i] as number)
      const value = product * scale
      coordinates[column] = value
      unexplained[at] = (unexplained[at] as number) - value * value
    }
    // Exactly: what rounding leaves must not be chosen again.
    unexplained[pivot] = 0
  }

  /** The coordinates c of a photo x with L × c = the dot products of the pivots and x. */
  private *read(photos: readonly Photo[]): Work<void> {
    const products = zeros(photos.length, this.pivots.length)
    for (const [at, photo] of photos.entries()) {
      const to = row(products, at)
      for (const [index, pivot] of this.pivots.entries()) to[index] = this.dot(photo, pivot)
      yield
    }
    yield* solveLower(this.factor, products)
    for (const [at, photo] of photos.entries()) this.known.set(photo, row(products, at).slice())
  }

  private dot(a: Photo, b: Photo): number {
    return dotProduct(this.features.of(a), this.features.of(b), 0, this.length)
  }
}
