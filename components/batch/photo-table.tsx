import { useVirtualizer } from '@tanstack/react-virtual'
import { type ReactNode, useEffect, useEffectEvent, useMemo, useRef, useState } from 'react'
import { useTranslations } from 'use-intl'
import { commonFolder } from '@/lib/client/batch/common-folder'
import type { Difference } from '@/lib/client/batch/comparison'
import type { BatchItem } from '@/lib/client/batch/items'
import type { BatchSession } from '@/lib/client/batch/session'
import { DEFAULT_VIEW, isFiltered, type TableView } from '@/lib/client/batch/table-view'
import { Thumbnails } from '@/lib/client/batch/thumbnails'
import type { ResultRow } from '@/lib/shared/results/columns'
import type { LabelWords } from '@/lib/shared/zero-shot/candidate-labels'
import { Button } from '../ui/button'
import { lazy } from '../ui/lazy'
import { rootFontSize } from '../ui/root-font-size'
import type { PhotoSet } from './check/photo-links'
import { PhotoRow, useRowTexts } from './photo-row'
import { TableHeader } from './table-header'
import { TableToolbar } from './table-toolbar'
import { useKeptThumbnails } from './use-kept-thumbnails'
import { useRovingRow } from './use-roving-row'

const PhotoDialog = lazy(() => import('./photo-dialog').then((module) => module.PhotoDialog))

interface PhotoTableProps {
  session: BatchSession
  items: readonly BatchItem[]
  /** Those of them that the view shows, in its order. */
  rows: readonly BatchItem[]
  /** Whether the true labels are known. */
  labeled: boolean
  /** The results of another model. */
  other: OtherResults | null
  view: TableView
  onView(view: TableView): void
  /** Index of the photo in the dialog. */
  open: number | null
  onOpen(index: number | null): void
  /** The focus moves to the first row whenever this number grows. */
  focusRequest: number
  /** Shows photos in the table, in this order. */
  onShow(photos: PhotoSet): void
  /** Puts the focus back to where the photo was opened; returns whether that was outside of the table. */
  returnFocus(): boolean
  /** The job in which similar photos are found; null if it has no embeddings. */
  similarIn: string | null
  /** Above the filters: the search by words, where the model takes some. */
  wordSearch: ReactNode
  /** Whether the photos are classified in this browser. */
  here: boolean
  /** The labels in words of the batch; null if its model has labels of its own. */
  words: LabelWords | null
  /** Opens a photo on the classify page. */
  onOpenPhoto(file: File): void
  /** Whether the server explains results. */
  canExplain: boolean
  /** The visitor's limit for uncertain results; null for the model's own limits. */
  uncertainBelow: number | null
}

/** Another model's results for the same photos. */
interface OtherResults {
  /** Name of the model. */
  model: string
  differences: ReadonlyMap<string, Difference>
}

/** Height of a row in rem: that of PhotoRow. */
const ROW_HEIGHT = 3.75
/** Rows rendered above and below the visible area. */
const OVERSCAN = 6

/** A virtualized table of photos: only visible rows are rendered. */
export function PhotoTable({ session, items, rows, labeled, other, view, onView, ...props }: PhotoTableProps) {
  const { open, onOpen, onShow, focusRequest, returnFocus, similarIn, wordSearch, ...dialog } = props
  const t = useTranslations('batch')
  const texts = useRowTexts()
  const scroller = useRef<HTMLElement>(null)
  const loadThumbnail = useKeptThumbnails(session)
  const [thumbnails] = useState(() => new Thumbnails(loadThumbnail))
  useEffect(() => () => thumbnails.dispose(), [thumbnails])
  const common = useCommonFolder(items)
  const [rowHeight] = useState(() => ROW_HEIGHT * rootFontSize())
  const roving = useRovingRow(rows, scroller, rowHeight)
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: OVERSCAN,
    rangeExtractor: roving.rangeExtractor,
  })
  const position = open === null ? -1 : rows.findIndex(({ index }) => index === open)
  const item = open === null ? undefined : items[open]
  const focusFirst = useEffectEvent(() => roving.focus(0))
  useEffect(() => {
    if (focusRequest > 0) focusFirst()
  }, [focusRequest])
  const step = (to: number) => rows[to] && onOpen(rows[to].index)
  /** The focus returns to what opened the photo, or to the row of the photo that was seen last. */
  function close(): void {
    onOpen(null)
    if (!returnFocus()) roving.focus(position >= 0 ? position : roving.position)
  }
  return (
    <div id="photos" className="min-w-0 scroll-mt-4">
      {wordSearch}
      <TableToolbar
        labeled={labeled}
        compared={other !== null}
        view={view}
        onView={onView}
        visible={rows.length}
        total={items.length}
      />
      <section
        ref={scroller}
        // The rows inside are reached by Tab and scroll it; without rows, it has the focus after a filter.
        tabIndex={-1}
        aria-label={t('scroller')}
        className="mt-3 max-h-[min(40rem,72dvh)] overflow-y-auto rounded-card border border-line bg-card outline-none md:scroll-pt-11"
      >
        <table aria-label={t('table')} aria-rowcount={rows.length + 1} className="block">
          <TableHeader labeled={labeled} view={view} onView={onView} />
          <tbody onKeyDown={roving.handleKey} className="relative block" style={{ height: virtualizer.getTotalSize() }}>
            {virtualizer.getVirtualItems().map(({ index, start }) => {
              const row = rows[index]
              return (
                row && (
                  <PhotoRow
                    key={row.index}
                    texts={texts}
                    item={row}
                    commonFolder={common}
                    labeled={labeled}
                    otherModel={other?.model ?? ''}
                    otherRow={changedRow(other?.differences.get(row.path))}
                    position={index + 2}
                    top={start}
                    source={session.source(row.index)}
                    thumbnails={thumbnails}
                    tabStop={index === roving.position}
                    onFocus={roving.setCurrent}
                    onOpen={onOpen}
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
          otherModel={other?.model ?? ''}
          otherRow={other?.differences.get(item.path)?.other ?? null}
          source={session.source(item.index)}
          onThumbnail={loadThumbnail}
          similar={
            similarIn === null
              ? null
              : {
                  job: similarIn,
                  thumbnails,
                  find: (file) => items.find(({ path }) => path === file),
                  source: (index) => session.source(index),
                  open: (index) => onOpen(index),
                  show: onShow,
                }
          }
          position={position < 0 ? null : position + 1}
          total={rows.length}
          onClose={close}
          onPrevious={position > 0 ? () => step(position - 1) : null}
          onNext={position >= 0 && position < rows.length - 1 ? () => step(position + 1) : null}
          {...dialog}
        />
      )}
    </div>
  )
}

/** Length of the folder that all photos are in. Photos are only ever added. */
function useCommonFolder(items: readonly BatchItem[]): number {
  // biome-ignore lint/correctness/useExhaustiveDependencies: results change the items several times a second, but no path
  return useMemo(() => commonFolder(items.map(({ path }) => path)).length, [items.length])
}

/** The other model's result if its label is another one. */
function changedRow(difference: Difference | undefined): ResultRow | null {
  return difference?.changed ? difference.other : null
}
