import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useMemo, useRef, useState } from 'react'
import { useTranslations } from 'use-intl'
import type { BatchSession } from '@/lib/client/batch/session'
import type { BatchSnapshot } from '@/lib/client/batch/snapshot'
import { applyView, type TableView } from '@/lib/client/batch/table-view'
import { Thumbnails } from '@/lib/client/batch/thumbnails'
import { lazy } from '../ui/lazy'
import { PhotoRow, useRowTexts } from './photo-row'
import { TableHeader } from './table-header'
import { TableToolbar } from './table-toolbar'

const PhotoDialog = lazy(() => import('./photo-dialog').then((module) => module.PhotoDialog))

interface PhotoTableProps {
  session: BatchSession
  snapshot: BatchSnapshot
  view: TableView
  onView(view: TableView): void
}

const ROW_HEIGHT = 60
/** Rows rendered above and below the visible area. */
const OVERSCAN = 6

/** A virtualized table of photos: only visible rows are rendered. */
export function PhotoTable({ session, snapshot, view, onView }: PhotoTableProps) {
  const t = useTranslations('batch')
  const texts = useRowTexts()
  const scroller = useRef<HTMLElement>(null)
  const [thumbnails] = useState(() => new Thumbnails())
  const [openIndex, setOpenIndex] = useState<number | null>(null)
  useEffect(() => () => thumbnails.dispose(), [thumbnails])
  const { items } = snapshot
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
      <TableToolbar view={view} onView={onView} visible={rows.length} total={items.length} />
      <section
        ref={scroller}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable area must be reachable by keyboard
        tabIndex={0}
        aria-label={t('scroller')}
        className="mt-3 h-[min(640px,72dvh)] overflow-y-auto rounded-card border border-line bg-card"
      >
        <table aria-label={t('table')} aria-rowcount={rows.length + 1} className="block">
          <TableHeader view={view} onView={onView} />
          <tbody className="relative block" style={{ height: virtualizer.getTotalSize() }}>
            {virtualizer.getVirtualItems().map(({ index, start }) => {
              const row = rows[index]
              return (
                row && (
                  <PhotoRow
                    key={row.index}
                    texts={texts}
                    item={row}
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
        {rows.length === 0 && <p className="px-4 py-12 text-center text-ink-2 text-sm">{t('nothingFound')}</p>}
      </section>
      {item && (
        <PhotoDialog
          item={item}
          source={session.source(item.index)}
          onClose={() => setOpenIndex(null)}
          onPrevious={position > 0 ? () => setOpenIndex(rows[position - 1]?.index ?? null) : null}
          onNext={
            position >= 0 && position < rows.length - 1 ? () => setOpenIndex(rows[position + 1]?.index ?? null) : null
          }
        />
      )}
    </div>
  )
}
