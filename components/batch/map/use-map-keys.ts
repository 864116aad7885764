import type { KeyboardEvent } from 'react'
import type { MapControl } from '@/lib/client/photo-map/control'
import type { Frame, MapPoints, Place } from '@/lib/client/photo-map/points'

interface MapKeysOptions {
  points: MapPoints
  /** The point that is looked at. */
  current: number | null
  control(): MapControl | null
  frame(): Frame
  /** Of the picture, in CSS pixels. */
  size: Place
  onCurrent(point: number | null): void
  onOpen(point: number): void
}

const ARROWS: Partial<Record<string, Place>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
}
/** CSS pixels that Shift and an arrow key move the map by, and that the current point keeps from its edge. */
const STEP = 60
const EDGE = 40

/** The key that was pressed, with Shift in its name for arrows; empty if it belongs to the browser. */
export function keyOf({ key, shiftKey, ctrlKey, metaKey, altKey }: KeyboardEvent): string {
  if (ctrlKey || metaKey || altKey) return ''
  return shiftKey && key in ARROWS ? `Shift+${key}` : key
}

/**
 * Arrow keys go from photo to photo, with Shift they move the map; plus, minus, and zero zoom; Enter opens the photo.
 *
 * @returns what handles a key, and returns whether it did
 */
export function useMapKeys(options: MapKeysOptions): (key: string) => boolean {
  const { points, current, control, onCurrent, onOpen } = options
  const actions: Partial<Record<string, () => void>> = {
    '+': () => control()?.zoomBy(1),
    '=': () => control()?.zoomBy(1),
    '-': () => control()?.zoomBy(-1),
    '0': () => control()?.reset(),
  }
  if (current !== null) {
    actions.Enter = () => onOpen(current)
    actions[' '] = () => onOpen(current)
    actions.Escape = () => onCurrent(null)
  }
  for (const [key, direction] of Object.entries(ARROWS) as [string, Place][]) {
    actions[`Shift+${key}`] = () => control()?.moveBy(-STEP * direction[0], -STEP * direction[1])
    actions[key] = () => {
      const next = current === null ? middle(options) : points.next(current, direction)
      if (next === null) return
      onCurrent(next)
      bringIn(next, options)
    }
  }
  return (key) => {
    if (key === 'Escape' && control()?.giveUp()) return true
    const action = actions[key]
    action?.()
    return action !== undefined
  }
}

/** The point in the middle of the picture. */
function middle({ points, frame, size }: MapKeysOptions): number | null {
  const { scale, left, top } = frame()
  return points.near([(size[0] / 2 - left) / scale, (size[1] / 2 - top) / scale])
}

/** Moves the map no further than it takes to see a point. */
function bringIn(point: number, { points, frame, size, control }: MapKeysOptions): void {
  const { scale, left, top } = frame()
  const [x, y] = [left + scale * points.x(point), top + scale * points.y(point)]
  const into = (place: number, length: number) => Math.min(Math.max(place, EDGE), length - EDGE) - place
  control()?.moveBy(into(x, size[0]), into(y, size[1]))
}
