import type { BatchItem } from './items'

export const SORTS = ['file', 'label', 'score', 'time', 'status'] as const
export type SortKey = (typeof SORTS)[number]

export const STATUS_FILTERS = ['all', 'ok', 'uncertain', 'failed', 'open'] as const
export type StatusFilter = (typeof STATUS_FILTERS)[number]

/** Which photos a table shows, and in which order. */
export interface TableView {
  /** Part of a file's name or of its best label. */
  query: string
  status: StatusFilter
  /** Only photos whose best label it is. */
  label: string | null
  /** Only these, by name, and what they are called together. */
  only: { files: ReadonlySet<string>; name: string } | null
  /** Null: as they were added. */
  sort: { key: SortKey; descending: boolean } | null
}

export const DEFAULT_VIEW: TableView = { query: '', status: 'all', label: null, only: null, sort: null }

/** The photos that a view shows, in its order. Those without a value come last, whichever way. */
export function applyView(items: readonly BatchItem[], view: TableView): readonly BatchItem[] {
  const query = view.query.trim().toLowerCase()
  const found =
    query === '' && view.status === 'all' && view.label === null && view.only === null
      ? items
      : items.filter((item) => shows(item, view, query))
  if (!view.sort) return found
  const { key, descending } = view.sort
  const turn = descending ? -1 : 1
  return found
    .map((item) => ({ item, value: sortValue(item, key) }))
    .sort((a, b) => {
      if (a.value === null || b.value === null) return Number(a.value === null) - Number(b.value === null)
      return a.value === b.value ? a.item.index - b.item.index : a.value < b.value ? -turn : turn
    })
    .map(({ item }) => item)
}

function shows({ path, state, row }: BatchItem, { status, label, only }: TableView, query: string): boolean {
  if (label !== null && row?.label !== label) return false
  if (only !== null && !only.files.has(path)) return false
  if (!hasStatus(state, row, status)) return false
  return query === '' || path.toLowerCase().includes(query) || (row?.label?.toLowerCase().includes(query) ?? false)
}

function hasStatus(state: BatchItem['state'], row: BatchItem['row'], status: StatusFilter): boolean {
  if (status === 'all') return true
  if (status === 'open') return state !== 'done'
  if (status === 'uncertain') return row?.uncertain === true
  return row?.status === status
}

const STANDING = ['failed', 'uncertain', 'ok'] as const

function sortValue({ path, row }: BatchItem, key: SortKey): string | number | null {
  if (key === 'file') return path
  if (key === 'label') return row?.label?.toLowerCase() ?? null
  if (key === 'score') return row?.score ?? null
  if (key === 'time') return row?.ms ?? null
  if (!row) return null
  return STANDING.indexOf(row.status === 'failed' ? 'failed' : row.uncertain ? 'uncertain' : 'ok')
}
