import { useVirtualizer } from '@tanstack/react-virtual'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { useTranslations } from 'use-intl'
import type { BatchItem } from '@/lib/client/batch/items'
import type { BatchSession } from '@/lib/client/batch/session'
import { applyView, DEFAULT_VIEW, isFiltered, type TableView } from '@/lib/client/batch/table-view'
import { Thumbnails } from '@/lib/client/batch/thumbnails'
import { Button } from '../ui/button'
import { lazy } from '../ui/lazy'
import { PhotoRow, useRowTexts } from './photo-row'
import { TableHeader } from './table-header'
import { TableToolbar } from './table-toolbar'

const PhotoDialog = lazy(() => import('./photo-dialog').then((module) => module.PhotoDialog))

interface PhotoTableProps {
  session: BatchSession
  items: readonly BatchItem[]
  /** Whether the true labels are known. */
  labeled: boolean
  view: TableView
  onView(view: TableView): void
  /** Opens a photo on the classify page. */
  onOpenPhoto(file: File): void
  /** Whether the server explains results. */
  canExplain: boolean
}

const ROW_HEIGHT = 60
/** Rows rendered above and below the visible area. */
const OVERSCAN = 6

/** A virtualized table of photos: only visible rows are rendered. */
export function PhotoTable({ session, items, labeled, view, onView, ...dialog }: PhotoTableProps) {
  const t = useTranslations('batch')
  const texts = useRowTexts()
  const scroller = useRef<HTMLElement>(null)
  const loadThumbnail = useCallback((index: number) => session.thumbnails.load(index), [session])
  const [thumbnails] = useState(() => new Thumbnails(loadThumbnail))
  const [openIndex, setOpenIndex] = useState<number | null>(null)
  useEffect(() => () => thumbnails.dispose(), [thumbnails])
  const rows = useMemo(() => applyView(items, view), [items, view])
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: OVERSCAN,
  })
  const position = openIndex === null ? -1 : rows.findIndex(({ index }) => index === openIndex)
  const item = openIndex === null ? undefined : items[openIndex]
  return (
    <div id="photos" className="min-w-0 scroll-mt-4">
      <TableToolbar labeled={labeled} view={view} onView={onView} visible={rows.length} total={items.length} />
      <section
        ref={scroller}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable area must be reachable by keyboard
        tabIndex={0}
        aria-label={t('scroller')}
        className="mt-3 max-h-[min(640px,72dvh)] overflow-y-auto rounded-card border border-line bg-card"
      >
        <table aria-label={t('table')} aria-rowcount={rows.length + 1} className="block">
          <TableHeader labeled={labeled} view={view} onView={onView} />
          <tbody className="relative block" style={{ height: virtualizer.getTotalSize() }}>
            {virtualizer.getVirtualItems().map(({ index, start }) => {
              const row = rows[index]
              return (
                row && (
                  <PhotoRow
                    key={row.index}
                    texts={texts}
                    item={row}
                    labeled={labeled}
                    position={index + 2}
                    top={start}
                    source={session.source(row.index)}
                    thumbnails={thumbnails}
                    onOpen={setOpenIndex}
                  />
                )
              )
            })}
          </tbody>
        </table>
        {rows.length === 0 && (
          <div className="grid justify-items-center gap-3 px-4 py-10 text-center text-ink-2 text-sm">
            <p>{t('nothingFound')}</p>
            {isFiltered(view) && (
              <Button onClick={() => onView({ ...DEFAULT_VIEW, sort: view.sort })}>{t('clearFilters')}</Button>
            )}
          </div>
        )}
      </section>
      {item && (
        <PhotoDialog
          item={item}
          source={session.source(item.index)}
          onThumbnail={loadThumbnail}
          onClose={() => setOpenIndex(null)}
          onPrevious={position > 0 ? () => setOpenIndex(rows[position - 1]?.index ?? null) : null}
          onNext={
            position >= 0 && position < rows.length - 1 ? () => setOpenIndex(rows[position + 1]?.index ?? null) : null
          }
          {...dialog}
        />
      )}
    </div>
  )
}
