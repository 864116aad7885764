import type { MapGroups } from './groups'
import type { Frame, MapPoints, Place } from './points'
import { shapeOf } from './shapes'

/** What a picture of a map shows besides its points. */
export interface PictureState {
  frame: Frame
  groups: MapGroups
  /** Whether each point stands out; null if all of them do. */
  chosen: Uint8Array | null
  /** The point that is looked at. */
  current: number | null
  /** The line that is being drawn, in places of the map. */
  line: readonly Place[]
}

/** Colors, as the page's theme has them. */
interface Inks {
  colors: readonly string[]
  other: string
  ink: string
  card: string
  /** The color of the card as one pixel. */
  background: number
  accent: string
}

/** Radius of a point in CSS pixels: of many, of few, and at most. */
const RADIUS = { many: 2.5, few: 5, most: 9 }
const MANY = 3000
/** On a picture that is narrower than this in CSS pixels, points are smaller, down to this share. */
const WIDE = 700
const NARROWEST = 0.6
/** How fast points grow while the map grows. */
const GROWTH = 0.4
/** How visible points are that don't stand out. */
const FAINT = 0.16
/** Width of the rim of a point, of its radius. */
const RIM = 0.2

/** Red, green, blue, and opacity of each pixel. */
type Pixels = Pick<ImageData, 'width' | 'height' | 'data'>

/**
 * Draws the points of a map on a canvas: each is a copy of one small picture per color. The copies are made here, pixel
 * by pixel, since ten thousand calls of the canvas per frame take several times as long without a GPU.
 */
export class MapPicture {
  private state: PictureState | null = null
  private requested = 0
  private inks: Inks | null = null
  private marks: { key: string; list: Pixels[] } = { key: '', list: [] }

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly points: MapPoints,
  ) {}

  /** Draws this before the next frame of the screen. */
  show(state: PictureState): void {
    this.state = state
    this.requested ||= requestAnimationFrame(() => {
      this.requested = 0
      this.draw()
    })
  }

  /** Reads the colors of the page again, and draws. */
  changeTheme(): void {
    this.inks = null
    this.marks.key = ''
    if (this.state) this.show(this.state)
  }

  dispose(): void {
    cancelAnimationFrame(this.requested)
  }

  private draw(): void {
    const context = this.canvas.getContext('2d')
    if (!context || !this.state) return
    const { state, canvas } = this
    const ratio = canvas.width / (canvas.clientWidth || 1)
    this.inks ??= inksOf(canvas)
    context.setTransform(1, 0, 0, 1, 0, 0)
    const radius = radiusOf(this.points.size, canvas.clientWidth, state.frame.scale / canvas.clientWidth)
    const marks = this.marksOf(state.groups, radius * ratio)
    const pixels = context.createImageData(canvas.width, canvas.height)
    new Uint32Array(pixels.data.buffer).fill(this.inks.background)
    if (state.chosen) this.stamp(pixels, state, marks, ratio, 0)
    this.stamp(pixels, state, marks, ratio, 1)
    context.putImageData(pixels, 0, 0)
    this.drawLine(context, state, ratio)
    this.drawCurrent(context, state, ratio, radius)
  }

  /** Stamps the points that stand out, or those that don't: the last group, which is gray, lies below. */
  private stamp(
    pixels: Pixels,
    { frame, groups, chosen }: PictureState,
    marks: readonly Pixels[],
    ratio: number,
    wanted: 0 | 1,
  ): void {
    const { points } = this
    for (let group = groups.list.length - 1; group >= 0; group--) {
      const mark = marks[group] as Pixels
      for (let at = 0; at < points.size; at++) {
        if (groups.of[at] !== group || (chosen !== null && chosen[at] !== wanted)) continue
        const x = Math.round((frame.left + frame.scale * points.x(at)) * ratio - mark.width / 2)
        const y = Math.round((frame.top + frame.scale * points.y(at)) * ratio - mark.height / 2)
        blend(pixels, mark, x, y, wanted === 1 ? 1 : FAINT)
      }
    }
  }

  private drawLine(context: CanvasRenderingContext2D, { frame, line }: PictureState, ratio: number): void {
    if (line.length === 0 || !this.inks) return
    context.beginPath()
    for (const [x, y] of line)
      context.lineTo((frame.left + frame.scale * x) * ratio, (frame.top + frame.scale * y) * ratio)
    context.closePath()
    context.strokeStyle = this.inks.accent
    context.fillStyle = this.inks.accent
    context.lineWidth = 1.5 * ratio
    context.globalAlpha = 0.12
    context.fill()
    context.globalAlpha = 1
    context.stroke()
  }

  private drawCurrent(
    context: CanvasRenderingContext2D,
    { frame, current }: PictureState,
    ratio: number,
    radius: number,
  ): void {
    if (current === null || !this.inks) return
    const [x, y] = [frame.left + frame.scale * this.points.x(current), frame.top + frame.scale * this.points.y(current)]
    for (const [color, width] of [
      [this.inks.card, 5],
      [this.inks.ink, 2],
    ] as const) {
      context.beginPath()
      context.arc(x * ratio, y * ratio, (radius + 4) * ratio, 0, 2 * Math.PI)
      context.strokeStyle = color
      context.lineWidth = width * ratio
      context.stroke()
    }
  }

  /** One small picture per group. Half pixels in its size would blur it. */
  private marksOf({ list }: MapGroups, radius: number): readonly Pixels[] {
    const size = 2 * Math.ceil(radius + 1)
    const key = `${size} ${list.map(({ color }) => color)}`
    if (key !== this.marks.key) this.marks = { key, list: list.map(({ color }) => this.mark(color, size)) }
    return this.marks.list
  }

  private mark(color: number | null, size: number): Pixels {
    const mark = document.createElement('canvas')
    mark.width = size
    mark.height = size
    const context = mark.getContext('2d', { willReadFrequently: true })
    if (!context || !this.inks) return { width: 0, height: 0, data: new Uint8ClampedArray() }
    const outline = new Path2D(shapeOf(color))
    context.setTransform(size / 2 - 1, 0, 0, size / 2 - 1, size / 2, size / 2)
    context.fillStyle = (color === null ? null : this.inks.colors[color]) ?? this.inks.other
    // Points that overlap stay apart by a thin rim.
    context.strokeStyle = this.inks.card
    context.lineWidth = RIM
    context.fill(outline)
    context.stroke(outline)
    return context.getImageData(0, 0, size, size)
  }
}

/** Lays a small picture over an opaque one. */
function blend(onto: Pixels, mark: Pixels, left: number, top: number, opacity: number): void {
  const [fromX, toX] = [Math.max(0, -left), Math.min(mark.width, onto.width - left)]
  const [fromY, toY] = [Math.max(0, -top), Math.min(mark.height, onto.height - top)]
  for (let y = fromY; y < toY; y++) {
    let from = 4 * (y * mark.width + fromX)
    let to = 4 * ((top + y) * onto.width + left + fromX)
    for (let x = fromX; x < toX; x++, from += 4, to += 4) {
      const share = ((mark.data[from + 3] as number) / 255) * opacity
      if (share === 0) continue
      for (let channel = 0; channel < 3; channel++) {
        const below = onto.data[to + channel] as number
        onto.data[to + channel] = below + share * ((mark.data[from + channel] as number) - below)
      }
    }
  }
}

/**
 * @param width of the picture, in CSS pixels
 * @param zoom how many times the map is as wide as its picture
 */
function radiusOf(points: number, width: number, zoom: number): number {
  const base = points > MANY ? RADIUS.many : points > MANY / 10 ? (RADIUS.many + RADIUS.few) / 2 : RADIUS.few
  const narrow = Math.min(1, Math.max(NARROWEST, width / WIDE))
  return Math.min(RADIUS.most, narrow * base * Math.max(1, zoom) ** GROWTH)
}

/** A color of CSS as the bytes of one pixel, in the order of the machine. */
function pixelOf(color: string): number {
  const context = document.createElement('canvas').getContext('2d', { willReadFrequently: true })
  if (!context) return 0
  context.fillStyle = color
  context.fillRect(0, 0, 1, 1)
  return new Uint32Array(context.getImageData(0, 0, 1, 1).data.buffer)[0] ?? 0
}

function inksOf(canvas: HTMLCanvasElement): Inks {
  const style = getComputedStyle(canvas)
  const read = (name: string) => style.getPropertyValue(name).trim()
  return {
    colors: Array.from({ length: 10 }, (_, at) => read(`--map-${at + 1}`)),
    other: read('--map-other'),
    ink: read('--ink'),
    card: read('--card'),
    background: pixelOf(read('--card')),
    accent: read('--accent'),
  }
}
