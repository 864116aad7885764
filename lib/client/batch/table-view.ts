import type { BatchItem } from './items'

export const SORTS = ['file', 'label', 'score', 'time', 'status'] as const
export type SortKey = (typeof SORTS)[number]

export const STATUS_FILTERS = ['all', 'ok', 'uncertain', 'failed', 'open'] as const
export type StatusFilter = (typeof STATUS_FILTERS)[number]

/** The filter and sort order of the photo table. */
export interface TableView {
  /** Part of a file name or of its top label. */
  query: string
  status: StatusFilter
  /** Only photos with this top label. */
  label: string | null
  /** Only these files, and the name of the selection. */
  subset: { files: ReadonlySet<string>; name: string } | null
  /** Null for the order in which photos were added. */
  sort: { key: SortKey; descending: boolean } | null
}

export const DEFAULT_VIEW: TableView = { query: '', status: 'all', label: null, subset: null, sort: null }

/** Filters and sorts photos. Those without a value come last in either direction. */
export function applyView(items: readonly BatchItem[], view: TableView): readonly BatchItem[] {
  const query = view.query.trim().toLowerCase()
  const filtered =
    query === '' && view.status === 'all' && view.label === null && view.subset === null
      ? items
      : items.filter((item) => matches(item, view, query))
  if (!view.sort) return filtered
  const { key, descending } = view.sort
  const direction = descending ? -1 : 1
  return filtered
    .map((item) => ({ item, value: sortValue(item, key) }))
    .sort((a, b) => {
      if (a.value === null || b.value === null) return Number(a.value === null) - Number(b.value === null)
      return a.value === b.value ? a.item.index - b.item.index : a.value < b.value ? -direction : direction
    })
    .map(({ item }) => item)
}

function matches({ path, state, row }: BatchItem, { status, label, subset }: TableView, query: string): boolean {
  if (label !== null && row?.label !== label) return false
  if (subset !== null && !subset.files.has(path)) return false
  if (!hasStatus(state, row, status)) return false
  return query === '' || path.toLowerCase().includes(query) || (row?.label?.toLowerCase().includes(query) ?? false)
}

function hasStatus(state: BatchItem['state'], row: BatchItem['row'], status: StatusFilter): boolean {
  if (status === 'all') return true
  if (status === 'open') return state !== 'done'
  if (status === 'uncertain') return row?.uncertain === true
  return row?.status === status
}

const STATUS_ORDER = ['failed', 'uncertain', 'ok'] as const

function sortValue({ path, row }: BatchItem, key: SortKey): string | number | null {
  if (key === 'file') return path
  if (key === 'label') return row?.label?.toLowerCase() ?? null
  if (key === 'score') return row?.score ?? null
  if (key === 'time') return row?.ms ?? null
  if (!row) return null
  return STATUS_ORDER.indexOf(row.status === 'failed' ? 'failed' : row.uncertain ? 'uncertain' : 'ok')
}
