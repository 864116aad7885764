import { saysOf } from '@/lib/shared/results/selected'
import { truthOf } from '@/lib/shared/results/truth'
import type { Difference } from './comparison'
import type { BatchItem } from './items'
import { confidenceStep, labelsOf } from './summary'

export const SORTS = ['file', 'label', 'truth', 'correct', 'score', 'time', 'status'] as const
export type SortKey = (typeof SORTS)[number]

const STATUS_FILTERS = [
  'all',
  'wrong',
  'right',
  'changed',
  'newly_right',
  'newly_wrong',
  'ok',
  'uncertain',
  'failed',
  'open',
] as const
export type StatusFilter = (typeof STATUS_FILTERS)[number]

/** A selection of files. */
export interface Subset {
  files: ReadonlySet<string>
  name: string
  /** Whether the photos are shown in the order of the files, unless they are sorted. */
  ordered?: boolean
}

/** The filter and sort order of the photo table. */
export interface TableView {
  /** Part of a file name, of its top label, or of its true label. */
  query: string
  status: StatusFilter
  /** Only photos with this top label. */
  label: string | null
  /** Only photos whose confidence is in the step that starts here, in percent. */
  confidence: number | null
  /** Only these files, and the name of the selection. */
  subset: Subset | null
  /** Null for the order in which photos were added, or that of an ordered selection. */
  sort: { key: SortKey; descending: boolean } | null
}

export const DEFAULT_VIEW: TableView = {
  query: '',
  status: 'all',
  label: null,
  confidence: null,
  subset: null,
  sort: null,
}

/** What a view looks at besides the photos. */
export interface ViewContext {
  /** Whether the search means a label. By default, if the label contains it. */
  isWanted?: (label: string) => boolean
  /** What differs from another model's results, by path. */
  differences?: ReadonlyMap<string, Difference> | undefined
}

/** Whether the view may hide photos. */
export function isFiltered({ query, status, label, confidence, subset }: TableView): boolean {
  return query.trim() !== '' || status !== 'all' || label !== null || confidence !== null || subset !== null
}

const LABELED_ONLY: readonly StatusFilter[] = ['wrong', 'right', 'newly_right', 'newly_wrong']
const COMPARED_ONLY: readonly StatusFilter[] = ['changed', 'newly_right', 'newly_wrong']

/** The filters that make sense with or without labels, and another model's results. */
export function filtersFor(labeled: boolean, compared: boolean): readonly StatusFilter[] {
  return STATUS_FILTERS.filter(
    (status) => (labeled || !LABELED_ONLY.includes(status)) && (compared || !COMPARED_ONLY.includes(status)),
  )
}

export const UNLABELED_SORTS = SORTS.filter((key) => key !== 'truth' && key !== 'correct')

/** Filters and sorts photos. Those without a value come last in either direction. */
export function applyView(
  items: readonly BatchItem[],
  view: TableView,
  context: ViewContext = {},
): readonly BatchItem[] {
  const filtered = isFiltered(view) ? items.filter((item) => matches(item, view, context)) : items
  if (!view.sort) return view.subset?.ordered ? inOrder(filtered, view.subset.files) : filtered
  const { key, descending } = view.sort
  const direction = descending ? -1 : 1
  return filtered
    .map((item) => ({ item, value: SORT_VALUES[key](item) }))
    .sort((a, b) => {
      if (a.value === null || b.value === null) return Number(a.value === null) - Number(b.value === null)
      return a.value === b.value ? a.item.index - b.item.index : a.value < b.value ? -direction : direction
    })
    .map(({ item }) => item)
}

function inOrder(items: readonly BatchItem[], files: ReadonlySet<string>): readonly BatchItem[] {
  const byPath = new Map(items.map((item) => [item.path, item]))
  return [...files].flatMap((file) => byPath.get(file) ?? [])
}

function matches(item: BatchItem, view: TableView, { isWanted, differences }: ViewContext): boolean {
  const { path, row, ownWord } = item
  const { status, label, confidence, subset } = view
  if (label !== null && !labelsOf(row).includes(label)) return false
  if (confidence !== null && confidenceStep(row) !== confidence) return false
  if (subset !== null && !subset.files.has(path)) return false
  if (!hasStatus(item, status, differences?.get(path))) return false
  const query = view.query.trim().toLowerCase()
  const contains = (text: string) => text.toLowerCase().includes(query)
  return (
    query === '' ||
    contains(path) ||
    contains(ownWord ?? '') ||
    [...labelsOf(row), row?.truth ?? []].flat().some((text) => (isWanted ?? contains)(text))
  )
}

function hasStatus({ state, row }: BatchItem, status: StatusFilter, difference: Difference | undefined): boolean {
  if (status === 'all') return true
  if (status === 'open') return state !== 'done'
  if (status === 'uncertain') return row?.uncertain === true
  if (status === 'wrong') return row?.correct === false
  if (status === 'changed') return difference?.changed === true
  if (status === 'newly_right') return difference?.newly === 'right'
  if (status === 'newly_wrong') return difference?.newly === 'wrong'
  if (status === 'right') return row?.correct === true
  return row?.status === status
}

const STATUS_ORDER = ['failed', 'uncertain', 'ok'] as const

type SortValue = string | number | null

const SORT_VALUES: Record<SortKey, (item: BatchItem) => SortValue> = {
  file: ({ path }) => path,
  label: ({ row }) => (row && saysOf(row))?.toLowerCase() ?? null,
  truth: ({ row, ownWord }) => (ownWord ?? (row && truthOf(row)))?.toLowerCase() ?? null,
  correct: ({ row }) => (row?.correct === null || row?.correct === undefined ? null : Number(row.correct)),
  score: ({ row }) => row?.score ?? null,
  time: ({ row }) => row?.ms ?? null,
  status: ({ row }) =>
    row && STATUS_ORDER.indexOf(row.status === 'failed' ? 'failed' : row.uncertain ? 'uncertain' : 'ok'),
}
