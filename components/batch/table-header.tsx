import { ArrowDown, ArrowUp } from 'lucide-react'
import { useTranslations } from 'use-intl'
import type { SortKey, TableView } from '@/lib/client/batch/table-view'
import { LABELED_GRID, TABLE_GRID } from './table-grid'

interface TableHeaderProps {
  /** Whether the true labels are known. */
  labeled: boolean
  view: TableView
  onView(view: TableView): void
}

const COLUMNS = ['file', 'label', 'score', 'time', 'status'] as const
const LABELED_COLUMNS = ['file', 'label', 'truth', 'correct', 'score', 'status'] as const

/** Columns that the first click sorts in descending order. */
const DESCENDING_FIRST = new Set<SortKey>(['score', 'time'])

/** Sortable column headers. On phones, the toolbar has a sort menu instead. */
export function TableHeader({ labeled, view, onView }: TableHeaderProps) {
  const t = useTranslations('batch')
  return (
    <thead className="sticky top-0 z-10 rounded-t-card border-line border-b bg-card block max-md:sr-only">
      <tr aria-rowindex={1} className={`${labeled ? LABELED_GRID : TABLE_GRID} h-11`}>
        <th scope="col">
          <span className="sr-only">{t('picture')}</span>
        </th>
        {(labeled ? LABELED_COLUMNS : COLUMNS).map((sort) => (
          <SortHeader key={sort} sort={sort} view={view} onView={onView} />
        ))}
      </tr>
    </thead>
  )
}

function SortHeader({ sort, view, onView }: Omit<TableHeaderProps, 'labeled'> & { sort: SortKey }) {
  const t = useTranslations('batch.columns')
  const current = view.sort?.key === sort ? view.sort : null
  const Arrow = current?.descending ? ArrowDown : ArrowUp
  return (
    <th
      scope="col"
      aria-sort={current ? (current.descending ? 'descending' : 'ascending') : 'none'}
      className={sort === 'time' ? 'text-right font-normal' : 'text-left font-normal'}
    >
      <button
        type="button"
        onClick={() => onView({ ...view, sort: nextSort(sort, view) })}
        className="-mx-1.5 inline-flex items-center gap-1 rounded-[6px] px-1.5 py-1 text-ink-2 text-sm hover:bg-sunk hover:text-ink"
      >
        {t(sort)}
        {current && <Arrow aria-hidden className="size-3.5" />}
      </button>
    </th>
  )
}

/** Cycles through the first direction, the other direction, and the order in which photos were added. */
function nextSort(key: SortKey, { sort }: TableView): TableView['sort'] {
  const descendingFirst = DESCENDING_FIRST.has(key)
  if (sort?.key !== key) return { key, descending: descendingFirst }
  return sort.descending === descendingFirst ? { key, descending: !descendingFirst } : null
}
