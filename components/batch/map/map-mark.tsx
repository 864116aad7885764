import { shapeOf } from '@/lib/client/photo-map/shapes'

/** A point as it is on the map. @param color number of the color; null for gray */
export function MapMark({ color }: { color: number | null }) {
  return (
    <svg aria-hidden viewBox="-1 -1 2 2" className="size-3">
      <path d={shapeOf(color)} fill={color === null ? 'var(--map-other)' : `var(--map-${color + 1})`} />
    </svg>
  )
}
