import clsx from 'clsx'
import { useEffect, useEffectEvent, useId, useRef, useState } from 'react'
import { useTranslations } from 'use-intl'
import type { BatchItem } from '@/lib/client/batch/items'
import type { PhotoSource } from '@/lib/client/batch/source'
import type { Thumbnails } from '@/lib/client/batch/thumbnails'
import { MapControl } from '@/lib/client/photo-map/control'
import type { MapGroups } from '@/lib/client/photo-map/groups'
import { MapPicture } from '@/lib/client/photo-map/picture'
import type { Frame, MapPoints, Place } from '@/lib/client/photo-map/points'
import { ByPointer } from '../../ui/by-pointer'
import { MapCard } from './map-card'
import { MapTools } from './map-tools'
import { keyOf, useMapKeys } from './use-map-keys'

interface MapCanvasProps {
  points: MapPoints
  /** The photo of each point. */
  photos: readonly BatchItem[]
  groups: MapGroups
  /** Whether each point stands out; null if all of them do. */
  chosen: Uint8Array | null
  /** Whether the table shows only some photos. */
  filtered: boolean
  thumbnails: Thumbnails
  source(index: number): PhotoSource | undefined
  /** Points within a line that was drawn. */
  onLasso(points: readonly number[]): void
  /** Shows all photos in the table again. */
  onClear(): void
  onOpen(index: number): void
}

/** Space around the map, and how near to a point the pointer is on it, in CSS pixels. */
const MARGIN = 24
const REACH = 14

/** The picture of the map: it is moved, zoomed, and drawn on; the photo under the pointer or the focus is shown. */
export function MapCanvas({ points, photos, groups, chosen, filtered, ...props }: MapCanvasProps) {
  const { thumbnails, source, onLasso, onClear, onOpen } = props
  const t = useTranslations('batch.map')
  const hint = useId()
  const canvas = useRef<HTMLCanvasElement>(null)
  const parts = useRef<{ control: MapControl; picture: MapPicture } | null>(null)
  const [size, setSize] = useState<Place>([0, 0])
  const [lasso, setLasso] = useState(false)
  const [zoom, setZoom] = useState(1)
  const [current, setCurrent] = useState<{ at: number; by: 'pointer' | 'keys' } | null>(null)
  const line = useRef<readonly Place[]>([])
  // A map of other photos.
  const at = current !== null && current.at < points.size ? current.at : null

  const frameNow = (): Frame => {
    const fit = points.fit(size[0], size[1], MARGIN)
    return parts.current?.control.frame(fit) ?? fit
  }
  const onMap = ([x, y]: Place): Place => {
    const { scale, left, top } = frameNow()
    return [(x - left) / scale, (y - top) / scale]
  }
  const draw = useEffectEvent(() => {
    if (size[0] > 0)
      parts.current?.picture.show({ frame: frameNow(), groups, chosen, current: at, line: line.current.map(onMap) })
  })
  const pointAt = (place: Place) => points.near(onMap(place), REACH / frameNow().scale)
  const handlers = {
    isLasso: useEffectEvent(() => lasso),
    onMove: useEffectEvent((next: number) => {
      setZoom(next)
      draw()
    }),
    onPoint: useEffectEvent((place: Place | null) => {
      const found = place && pointAt(place)
      setCurrent((before) => (found !== null ? { at: found, by: 'pointer' } : before?.by === 'keys' ? before : null))
    }),
    onPress: useEffectEvent((place: Place) => {
      const found = pointAt(place)
      const index = found === null ? -1 : (photos[found]?.index ?? -1)
      if (index >= 0) onOpen(index)
    }),
    onLine: useEffectEvent((next: readonly Place[]) => {
      line.current = next
      draw()
    }),
    onLasso: useEffectEvent((next: readonly Place[]) => onLasso(points.within(next.map(onMap)))),
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: events of effects never change
  useEffect(() => {
    if (!canvas.current) return
    const control = new MapControl(canvas.current, {
      isLasso: () => handlers.isLasso(),
      onMove: (next) => handlers.onMove(next),
      onPoint: (place) => handlers.onPoint(place),
      onPress: (place) => handlers.onPress(place),
      onLine: (next) => handlers.onLine(next),
      onLasso: (next) => handlers.onLasso(next),
    })
    const picture = new MapPicture(canvas.current, points)
    parts.current = { control, picture }
    const theme = new MutationObserver(() => picture.changeTheme())
    theme.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] })
    return () => {
      theme.disconnect()
      control.dispose()
      picture.dispose()
      parts.current = null
    }
  }, [points])
  useSize(canvas, setSize)
  useEffect(() => {
    if (size[0] > 0) parts.current?.control.resize(size[0], size[1])
  }, [size])
  // biome-ignore lint/correctness/useExhaustiveDependencies: what the picture shows
  useEffect(() => draw(), [points, size, groups, chosen, at])
  const keys = useMapKeys({
    points,
    current: at,
    control: () => parts.current?.control ?? null,
    frame: frameNow,
    size,
    onCurrent: (next) => setCurrent(next === null ? null : { at: next, by: 'keys' }),
    onOpen: (point) => onOpen(photos[point]?.index ?? -1),
  })
  const item = at === null ? undefined : photos[at]
  const frame = frameNow()
  return (
    <div className="min-w-0">
      <MapTools
        lasso={lasso}
        onLasso={setLasso}
        zoomed={zoom > 1}
        onZoom={(steps) => parts.current?.control.zoomBy(steps)}
        onFit={() => parts.current?.control.reset()}
        filtered={filtered}
        onClear={onClear}
      />
      <div
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it is operated by keys
        tabIndex={0}
        role="application"
        aria-label={t('alternative', {
          count: photos.length,
          groups: groups.list.filter(({ photos }) => photos > 0).length,
        })}
        aria-describedby={hint}
        onKeyDown={(event) => keys(keyOf(event)) && event.preventDefault()}
        onBlur={() => setCurrent(null)}
        className="relative mt-3 h-[min(34rem,70dvh,100vw)] overflow-hidden rounded-[6px] bg-card -outline-offset-2"
      >
        <canvas
          ref={canvas}
          aria-hidden
          className={clsx(
            'block size-full',
            lasso ? 'cursor-crosshair' : 'cursor-grab active:cursor-grabbing',
            // One finger scrolls the page while there is nothing to move.
            lasso || zoom > 1 ? 'touch-none' : 'touch-pan-y',
          )}
        />
        {item && at !== null && (
          <MapCard
            item={item}
            left={frame.left + frame.scale * points.x(at)}
            top={frame.top + frame.scale * points.y(at)}
            width={size[0]}
            height={size[1]}
            thumbnails={thumbnails}
            source={source(item.index)}
            announced={current?.by === 'keys'}
          />
        )}
      </div>
      <p id={hint} className="mt-2 text-pretty text-ink-3 text-xs">
        <ByPointer fine={t('hint')} coarse={t('hintTouch')} />
      </p>
    </div>
  )
}

/** Follows the size of a canvas in CSS pixels, and gives it as many pixels as the screen has there. */
function useSize(canvas: { current: HTMLCanvasElement | null }, onSize: (size: Place) => void): void {
  useEffect(() => {
    const element = canvas.current
    if (!element) return
    const observer = new ResizeObserver(() => {
      const { clientWidth, clientHeight } = element
      element.width = Math.round(clientWidth * devicePixelRatio)
      element.height = Math.round(clientHeight * devicePixelRatio)
      onSize([clientWidth, clientHeight])
    })
    observer.observe(element)
    return () => observer.disconnect()
  }, [canvas, onSize])
}
