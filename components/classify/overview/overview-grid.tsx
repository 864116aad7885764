import { useWindowVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { useTranslations } from 'use-intl'
import type { Photo } from '@/lib/client/photos/photo'
import { focusIsLost } from '../../ui/focus-is-lost'
import { rootFontSize } from '../../ui/root-font-size'
import { PhotoTile, useTileTexts } from '../photo-tile'

interface OverviewGridProps {
  photos: readonly Photo[]
  model: string
  selected: number | null
  onOpen(id: number): void
  onRemove(id: number): void
}

const GAP = 12
const TILE_WIDTH = 112
/** Label and score below the picture, with their margin. */
const CAPTION_HEIGHT = 40
/** The font size for which the sizes above are meant; the browser's setting scales them. */
const FONT_SIZE = 16
/** Rows rendered above and below the screen. */
const OVERSCAN = 2

interface Layout {
  columns: number
  rowHeight: number
  /** Pixels from the top of the page. */
  top: number
}

/** A grid of tiles of which only those on the screen are rendered. Arrow keys move between them; Delete removes one. */
export function OverviewGrid({ photos, model, selected, onOpen, onRemove }: OverviewGridProps) {
  const t = useTranslations('classify')
  const texts = useTileTexts()
  const list = useRef<HTMLUListElement>(null)
  const { columns, rowHeight, top } = useLayout(list)
  const [active, setActive] = useState(selected)
  const at = Math.max(
    photos.findIndex(({ id }) => id === active),
    0,
  )
  const virtualizer = useWindowVirtualizer({
    count: Math.ceil(photos.length / columns),
    estimateSize: () => rowHeight,
    overscan: OVERSCAN,
    scrollMargin: top,
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: the heights follow from the width
  useEffect(() => virtualizer.measure(), [virtualizer, rowHeight])
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the visitor comes back from a photo
  useEffect(() => {
    if (columns === 1) return
    if (at >= columns) virtualizer.scrollToIndex(Math.floor(at / columns), { align: 'center' })
    // The button that led here is gone. The tile is rendered by then.
    requestAnimationFrame(() => {
      if (focusIsLost()) list.current?.querySelector<HTMLElement>('[tabindex="0"]')?.focus({ preventScroll: true })
    })
  }, [columns > 1])
  function handleKey(event: KeyboardEvent): void {
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns }[event.key]
    const next = step === undefined ? undefined : photos[at + step]
    if (event.key === 'Delete' && photos[at]) {
      setActive((photos[at + 1] ?? photos[at - 1])?.id ?? null)
      onRemove(photos[at].id)
    }
    if (!next) return
    event.preventDefault()
    setActive(next.id)
    virtualizer.scrollToIndex(Math.floor((at + (step ?? 0)) / columns))
    requestAnimationFrame(() => list.current?.querySelector<HTMLElement>(`[data-photo="${next.id}"]`)?.focus())
  }
  const visible = virtualizer.getVirtualItems()
  return (
    <ul
      ref={list}
      aria-label={t('photos')}
      onKeyDown={handleKey}
      className="relative mt-6"
      style={{ height: virtualizer.getTotalSize() }}
    >
      {visible.flatMap(({ index: row, start }) =>
        photos.slice(row * columns, (row + 1) * columns).map((photo, column) => (
          <li
            key={photo.id}
            aria-setsize={photos.length}
            aria-posinset={row * columns + column + 1}
            className="absolute top-0"
            style={{
              width: `calc((100% - ${(columns - 1) * GAP}px) / ${columns})`,
              left: `calc((100% + ${GAP}px) / ${columns} * ${column})`,
              transform: `translateY(${start - top}px)`,
            }}
          >
            <PhotoTile
              texts={texts}
              photo={photo}
              model={model}
              current={photo.id === selected}
              tabIndex={row * columns + column === at ? 0 : -1}
              onSelect={onOpen}
            />
          </li>
        )),
      )}
    </ul>
  )
}

/** Columns and heights for the width that the grid has. */
function useLayout(list: RefObject<HTMLUListElement | null>): Layout {
  const [layout, setLayout] = useState<Layout>({ columns: 1, rowHeight: TILE_WIDTH, top: 0 })
  useLayoutEffect(() => {
    const element = list.current
    if (!element) return
    const measure = () => {
      const { width, top } = element.getBoundingClientRect()
      const scale = rootFontSize() / FONT_SIZE
      const columns = Math.max(Math.ceil(3 / scale), Math.floor((width + GAP) / (scale * TILE_WIDTH + GAP)))
      const tile = (width - (columns - 1) * GAP) / columns
      setLayout({
        columns,
        rowHeight: Math.ceil(0.75 * tile + scale * CAPTION_HEIGHT) + GAP,
        top: top + window.scrollY,
      })
    }
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    observer.observe(document.body) // What is above may get taller.
    return () => observer.disconnect()
  }, [list])
  return layout
}
