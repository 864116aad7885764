import { useEffect, useMemo, useRef, useState } from 'react'
import { useTranslations } from 'use-intl'
import type { BatchItem } from '@/lib/client/batch/items'
import type { BatchSession } from '@/lib/client/batch/session'
import { isFiltered, type Subset, type TableView } from '@/lib/client/batch/table-view'
import { Thumbnails } from '@/lib/client/batch/thumbnails'
import { type ColorBy, groupPhotos } from '@/lib/client/photo-map/groups'
import type { PhotoMap } from '@/lib/client/photo-map/make-map'
import { MapPoints } from '@/lib/client/photo-map/points'
import type { PhotoCheck } from '@/lib/shared/contract/check'
import { useFormat } from '../../ui/use-format'
import { useKeptThumbnails } from '../use-kept-thumbnails'
import { MapCanvas } from './map-canvas'
import { MapLegend } from './map-legend'

interface MapViewProps {
  session: BatchSession
  map: PhotoMap
  items: readonly BatchItem[]
  shown: readonly BatchItem[]
  view: TableView
  onView(view: TableView): void
  found: ReadonlyMap<string, PhotoCheck>
  onOpen(index: number): void
}

/** The photos that were chosen in the legend, and the filter of the table that came of it. */
interface Choice {
  groups: ReadonlySet<number>
  subset: Subset | null
}

const NO_CHOICE: Choice = { groups: new Set(), subset: null }

/** The map with its legend. What is chosen on it filters the table, and what the table shows stands out on it. */
export function MapView({ session, map, items, shown, view, onView, found, onOpen }: MapViewProps) {
  const t = useTranslations('batch.map')
  const format = useFormat()
  const [by, setBy] = useState<ColorBy>('label')
  const [choice, setChoice] = useState(NO_CHOICE)
  const points = useMemo(() => new MapPoints(map.points), [map])
  const photos = usePhotosOf(map, items)
  const groups = useMemo(() => groupPhotos(photos, by, found), [photos, by, found])
  const thumbnails = useThumbnails(session)
  const filtered = isFiltered(view)
  const chosen = useMemo(() => {
    if (!filtered) return null
    const indices = new Set(shown.map(({ index }) => index))
    return Uint8Array.from(photos, ({ index }) => (indices.has(index) ? 1 : 0))
  }, [filtered, shown, photos])
  // Another filter, or none, has taken the place of the chosen groups.
  const pressed = choice.subset !== null && choice.subset === view.subset ? choice.groups : NO_CHOICE.groups

  function choose(positions: readonly number[], chosenGroups: ReadonlySet<number>, name: string): void {
    const files = new Set(positions.flatMap((at) => photos[at]?.path ?? []))
    const subset = positions.length > 0 ? { files, name } : null
    setChoice({ groups: chosenGroups, subset })
    onView({ ...view, subset })
  }
  function toggle(group: number): void {
    const next = new Set(pressed)
    if (!next.delete(group)) next.add(group)
    const positions = [...groups.of.keys()].filter((at) => next.has(groups.of[at] as number))
    choose(positions, next, t('chosen'))
  }
  return (
    <>
      {map.files.length < map.of && (
        <p className="mt-2 text-ink-2 text-sm">
          {t('sample', { shown: format.integer(map.files.length), all: format.integer(map.of) })}
        </p>
      )}
      <div className="mt-4 grid grid-cols-[minmax(0,1fr)] gap-6 rounded-card border border-line bg-card p-4 lg:grid-cols-[minmax(0,1fr)_14rem]">
        <MapCanvas
          points={points}
          photos={photos}
          groups={groups}
          chosen={chosen}
          thumbnails={thumbnails}
          source={(index) => session.source(index)}
          filtered={filtered}
          onLasso={(positions) => choose(positions, NO_CHOICE.groups, t('chosen'))}
          onClear={() => onView({ ...view, query: '', status: 'all', label: null, confidence: null, subset: null })}
          onOpen={onOpen}
        />
        <MapLegend
          groups={groups}
          by={by}
          onBy={(next) => {
            setBy(next)
            setChoice(NO_CHOICE)
          }}
          checked={found.size > 0}
          pressed={pressed}
          onToggle={toggle}
        />
      </div>
      <p role="status" className="mt-2 min-h-5 text-ink-2 text-sm">
        {filtered &&
          chosen !== null &&
          t('standsOut', { count: chosen.reduce((sum, one) => sum + one, 0), all: photos.length })}
      </p>
    </>
  )
}

const NO_ROW: Omit<BatchItem, 'index' | 'path'> = { size: null, modified: null, state: 'done', row: null }

/** The photo of each point. */
function usePhotosOf({ files }: PhotoMap, items: readonly BatchItem[]): readonly BatchItem[] {
  return useMemo(() => {
    const byPath = new Map(items.map((item) => [item.path, item]))
    return files.map((path) => byPath.get(path) ?? { ...NO_ROW, index: -1, path })
  }, [files, items])
}

function useThumbnails(session: BatchSession): Thumbnails {
  const load = useKeptThumbnails(session)
  const thumbnails = useRef<Thumbnails>(null)
  thumbnails.current ??= new Thumbnails(load)
  const { current } = thumbnails
  useEffect(() => () => current.dispose(), [current])
  return current
}
