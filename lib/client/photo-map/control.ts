import { select } from 'd3-selection'
import { type D3ZoomEvent, type ZoomBehavior, zoom, zoomIdentity } from 'd3-zoom'
import type { Frame, Place } from './points'

export interface MapControlOptions {
  /** Whether a line is drawn by dragging. Otherwise, that moves the map. */
  isLasso(): boolean
  /** The map has moved or grown. @param zoom how many times it is as large as its picture */
  onMove(zoom: number): void
  /** The pointer is here, in CSS pixels of the canvas; null if it has left, or does something else. */
  onPoint(place: Place | null): void
  /** The pointer was pressed and released here. */
  onPress(place: Place): void
  /** A line is being drawn; empty if that was given up. In CSS pixels of the canvas, as below. */
  onLine(line: readonly Place[]): void
  /** A line is complete. */
  onLasso(line: readonly Place[]): void
}

const MOST = 60
/** Steps of keys and buttons: times the size, and CSS pixels. */
const ZOOM_STEP = 1.5
/** A press may move the pointer so far, in CSS pixels. */
const STILL = 5
/** Points of a line are so far apart, in CSS pixels. */
const LINE_STEP = 3

/**
 * Moves and zooms a map by pointer, wheel, and two fingers, and lets a line be drawn on it. The element around the canvas
 * has the focus.
 */
export class MapControl {
  private readonly behavior: ZoomBehavior<HTMLCanvasElement, unknown>
  private transform = zoomIdentity
  private line: Place[] = []
  private drawing: number | null = null
  private readonly closed = new AbortController()

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly options: MapControlOptions,
  ) {
    this.behavior = zoom<HTMLCanvasElement, unknown>()
      .scaleExtent([1, MOST])
      .clickDistance(STILL)
      .filter((event: Event) => this.zooms(event))
      .on('zoom', ({ transform, sourceEvent }: D3ZoomEvent<HTMLCanvasElement, unknown>) => {
        this.transform = transform
        if (sourceEvent) options.onPoint(null)
        options.onMove(transform.k)
      })
    // A double click would zoom with an animation, and opens a photo instead.
    select(canvas).call(this.behavior).on('dblclick.zoom', null)
    this.listen()
  }

  /** How the map lies on the screen. @param fit how the whole of it does */
  frame({ scale, left, top }: Frame): Frame {
    const { k, x, y } = this.transform
    return { scale: k * scale, left: k * left + x, top: k * top + y }
  }

  /** The canvas has another size: what the map may be moved by changes. */
  resize(width: number, height: number): void {
    this.behavior.extent([
      [0, 0],
      [width, height],
    ])
    this.behavior.translateExtent([
      [0, 0],
      [width, height],
    ])
    this.moveBy(0, 0)
  }

  /** Makes the map larger or smaller around its middle. */
  zoomBy(steps: number): void {
    this.behavior.scaleBy(select(this.canvas), ZOOM_STEP ** steps)
  }

  /** Moves the map, in CSS pixels. */
  moveBy(right: number, down: number): void {
    this.behavior.translateBy(select(this.canvas), right / this.transform.k, down / this.transform.k)
  }

  /** Shows the whole map. */
  reset(): void {
    this.behavior.transform(select(this.canvas), zoomIdentity)
  }

  /** Gives up the line that is being drawn. Returns whether there was one. */
  giveUp(): boolean {
    if (this.drawing === null) return false
    this.drawing = null
    this.options.onLine([])
    return true
  }

  dispose(): void {
    this.closed.abort()
    select(this.canvas).on('.zoom', null)
  }

  /** Without the focus, the wheel scrolls the page. Two fingers zoom in any case. */
  private zooms(event: Event): boolean {
    if (event instanceof WheelEvent) return event.ctrlKey || document.activeElement === this.canvas.parentElement
    if ('touches' in event) return (event as TouchEvent).touches.length > 1 || !this.drawsLine(event as TouchEvent)
    return event instanceof MouseEvent && event.button === 0 && !this.drawsLine(event)
  }

  private drawsLine({ shiftKey }: Pick<MouseEvent, 'shiftKey'>): boolean {
    return shiftKey || this.options.isLasso()
  }

  private listen(): void {
    const { canvas, options } = this
    const { signal } = this.closed
    let pressed: Place | null = null
    canvas.addEventListener(
      'pointerdown',
      (event) => {
        const place = placeOf(event)
        // A second finger zooms.
        if (!event.isPrimary) {
          pressed = null
          this.giveUp()
          return
        }
        pressed = event.button === 0 ? place : null
        if (pressed && this.drawsLine(event)) this.begin(event.pointerId, place)
      },
      { signal },
    )
    canvas.addEventListener(
      'pointermove',
      (event) => {
        const place = placeOf(event)
        if (pressed && far(pressed, place) > STILL) pressed = null
        if (event.pointerId === this.drawing) this.draw(place)
        else if (event.buttons === 0) options.onPoint(place)
      },
      { signal },
    )
    canvas.addEventListener(
      'pointerup',
      (event) => {
        const place = placeOf(event)
        const wasPressed = pressed !== null
        pressed = null
        const line = event.pointerId === this.drawing && this.giveUp() ? this.line : []
        if (wasPressed) options.onPress(place)
        else if (line.length > 2) options.onLasso(line)
      },
      { signal },
    )
    canvas.addEventListener('pointercancel', () => this.giveUp(), { signal })
    canvas.addEventListener('pointerleave', () => this.drawing === null && options.onPoint(null), { signal })
  }

  private begin(pointer: number, place: Place): void {
    this.canvas.setPointerCapture(pointer)
    this.drawing = pointer
    this.line = [place]
    this.options.onPoint(null)
  }

  private draw(place: Place): void {
    if (far(this.line.at(-1) ?? place, place) < LINE_STEP) return
    this.line = [...this.line, place]
    this.options.onLine(this.line)
  }
}

const placeOf = ({ offsetX, offsetY }: MouseEvent): Place => [offsetX, offsetY]
const far = ([a, b]: Place, [x, y]: Place) => Math.hypot(x - a, y - b)
