import { polygonContains } from 'd3-polygon'
import { type Quadtree, quadtree } from 'd3-quadtree'

/** A place on the map, whose longer side is 1, or on the screen, in CSS pixels. */
export type Place = [x: number, y: number]

/** How the map lies on the screen: a place times the scale, moved. */
export interface Frame {
  scale: number
  left: number
  top: number
}

/** The part of a right angle that counts as one direction: 45° to each side. */
const CONE = 1

/** The points of a map, from 0 to 1 along its longer side, and ways to find them. Points are named by their position. */
export class MapPoints {
  /** x and y of each in turn. */
  readonly places: Float32Array
  readonly size: number
  readonly width: number
  readonly height: number
  private readonly tree: Quadtree<number>

  /** @param points x and y of each in turn, in any unit */
  constructor(points: Float32Array) {
    this.size = points.length / 2
    const [left, right] = bounds(points, 0)
    const [top, bottom] = bounds(points, 1)
    const side = Math.max(right - left, bottom - top) || 1
    this.width = (right - left) / side
    this.height = (bottom - top) / side
    this.places = points.map((value, at) => (value - (at % 2 === 0 ? left : top)) / side)
    this.tree = quadtree(
      Array.from({ length: this.size }, (_, at) => at),
      (at) => this.x(at),
      (at) => this.y(at),
    )
  }

  x(at: number): number {
    return this.places[2 * at] as number
  }

  y(at: number): number {
    return this.places[2 * at + 1] as number
  }

  /** The point nearest to a place, within a distance; null if there is none. */
  near([x, y]: Place, distance = Number.POSITIVE_INFINITY): number | null {
    return this.tree.find(x, y, distance) ?? null
  }

  /** The points within a line that is closed from its end to its start. */
  within(line: readonly Place[]): number[] {
    if (line.length < 3) return []
    const polygon = line.map(([x, y]): Place => [x, y])
    const inside: number[] = []
    for (let at = 0; at < this.size; at++) if (polygonContains(polygon, [this.x(at), this.y(at)])) inside.push(at)
    return inside
  }

  /**
   * The next point in a direction: the nearest of those that lie within 45° of it. Null if there is none.
   *
   * @param direction of length 1
   */
  next(from: number, [right, down]: Place): number | null {
    let [best, least] = [-1, Number.POSITIVE_INFINITY]
    for (let at = 0; at < this.size; at++) {
      const [x, y] = [this.x(at) - this.x(from), this.y(at) - this.y(from)]
      const ahead = x * right + y * down
      const aside = Math.abs(x * down - y * right)
      if (ahead <= 0 || aside > CONE * ahead) continue
      const distance = ahead + aside
      if (distance < least) [best, least] = [at, distance]
    }
    return best < 0 ? null : best
  }

  /** How the whole map fits into the middle of a picture. */
  fit(width: number, height: number, margin: number): Frame {
    const scale = Math.max(
      1,
      Math.min((width - 2 * margin) / (this.width || 1), (height - 2 * margin) / (this.height || 1)),
    )
    return { scale, left: (width - scale * this.width) / 2, top: (height - scale * this.height) / 2 }
  }
}

function bounds(points: Float32Array, axis: 0 | 1): [least: number, most: number] {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (let at = axis; at < points.length; at += 2) {
    least = Math.min(least, points[at] as number)
    most = Math.max(most, points[at] as number)
  }
  return points.length === 0 ? [0, 0] : [least, most]
}
