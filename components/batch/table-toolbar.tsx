import { X } from 'lucide-react'
import { useTranslations } from 'use-intl'
import {
  filtersFor,
  SORTS,
  type SortKey,
  type StatusFilter,
  type TableView,
  UNLABELED_SORTS,
} from '@/lib/client/batch/table-view'
import { useFormat } from '../ui/use-format'
import { useConfidenceRange } from './use-confidence-range'

interface TableToolbarProps {
  /** Whether the true labels are known. */
  labeled: boolean
  /** Whether there are results of another model. */
  compared: boolean
  view: TableView
  onView(view: TableView): void
  visible: number
  total: number
}

const SELECT = 'h-10 rounded-card border border-line-2 bg-card px-3 text-sm'

/** Search, filters and, on phones, the sort order. */
export function TableToolbar({ labeled, compared, view, onView, visible, total }: TableToolbarProps) {
  const t = useTranslations('batch')
  const range = useConfidenceRange()
  const format = useFormat()
  return (
    <div className="flex flex-wrap items-center gap-2">
      <input
        type="search"
        aria-label={t('search')}
        placeholder={t('search')}
        value={view.query}
        onChange={({ target }) => onView({ ...view, query: target.value })}
        className="h-10 min-w-40 flex-1 rounded-card border border-line-2 bg-card px-3 text-sm placeholder:text-ink-3 sm:max-w-64"
      />
      <select
        aria-label={t('filter')}
        value={view.status}
        onChange={({ target }) => onView({ ...view, status: target.value as StatusFilter })}
        className={SELECT}
      >
        {filtersFor(labeled, compared).map((status) => (
          <option key={status} value={status}>
            {t(`filters.${status}`)}
          </option>
        ))}
      </select>
      <select
        aria-label={t('sort')}
        value={view.sort?.key ?? ''}
        onChange={({ target }) => onView({ ...view, sort: sortBy(target.value) })}
        className={`${SELECT} md:hidden`}
      >
        <option value="">{t('asAdded')}</option>
        {(labeled ? SORTS : UNLABELED_SORTS).map((key) => (
          <option key={key} value={key}>
            {t(`columns.${key}`)}
          </option>
        ))}
      </select>
      {view.label !== null && <Chip text={view.label} english onRemove={() => onView({ ...view, label: null })} />}
      {view.confidence !== null && (
        <Chip text={range(view.confidence)} onRemove={() => onView({ ...view, confidence: null })} />
      )}
      {view.subset !== null && <Chip text={view.subset.name} onRemove={() => onView({ ...view, subset: null })} />}
      <p aria-live="polite" className="ml-auto text-ink-3 text-sm">
        {visible === total ? null : t('found', { found: format.integer(visible), all: format.integer(total) })}
      </p>
    </div>
  )
}

function Chip({ text, english = false, onRemove }: { text: string; english?: boolean; onRemove(): void }) {
  const t = useTranslations('batch')
  return (
    <button
      type="button"
      aria-label={t('removeFilter', { name: text })}
      onClick={onRemove}
      className="inline-flex h-8 max-w-full items-center gap-1.5 rounded-full bg-accent-soft px-3 text-accent text-sm"
    >
      <span lang={english ? 'en' : undefined} className="truncate">
        {text}
      </span>
      <X aria-hidden className="size-3.5 shrink-0" />
    </button>
  )
}

function sortBy(key: string): TableView['sort'] {
  return key === '' ? null : { key: key as SortKey, descending: key === 'score' || key === 'time' }
}
