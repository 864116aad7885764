import Papa from 'papaparse'
import { type ClassNames, labelMatcher, type Match } from './metrics/label-matcher'

/** A CSV with a header, its columns by their names in small letters. */
export interface Table {
  columns: readonly string[]
  /** The header is line 1; rows that are empty count as lines. */
  rows: readonly { line: number; cells: Record<string, string> }[]
}

/** Reads a CSV with a header; a byte order mark, quotes and empty lines are no trouble. */
export function readTable(text: string): Table {
  const { data, meta } = Papa.parse<Record<string, string>>(text, {
    header: true,
    transformHeader: (name) => name.trim().toLowerCase(),
  })
  const rows = data.flatMap((cells, at) => {
    const trimmed = Object.fromEntries(Object.entries(cells).map(([name, cell]) => [name, String(cell ?? '').trim()]))
    return Object.values(trimmed).some((cell) => cell !== '') ? [{ line: at + 2, cells: trimmed }] : []
  })
  return { columns: meta.fields ?? [], rows }
}

/** What a column of the truth names: an output of the model, or a class by any of its names. */
export const TRUTH_COLUMNS = ['index', 'wnid', 'label'] as const
export type TruthColumn = (typeof TRUTH_COLUMNS)[number]

/** A line that cannot be used. */
export interface BadLine {
  line: number
  file: string
  /** `no_file` or `no_label`: the cell is empty; `twice`: an earlier line names the same file and another class. */
  reason: 'no_file' | 'no_label' | 'twice'
}

/** What photos show, by file. */
export interface Truth {
  column: TruthColumn
  classes: ReadonlyMap<string, string>
  bad: readonly BadLine[]
}

/** What the photos show: the columns `file` and `label` (or `wnid`, or `index`) of a CSV; null where it has others. */
export function readTruth({ columns, rows }: Table): Truth | null {
  const column = TRUTH_COLUMNS.find((name) => columns.includes(name))
  if (!columns.includes('file') || column === undefined) return null
  const classes = new Map<string, string>()
  const bad: BadLine[] = []
  for (const { line, cells } of rows) {
    const [file = '', word = ''] = [cells.file, cells[column]]
    const known = classes.get(file)
    if (file === '' || word === '') bad.push({ line, file, reason: file === '' ? 'no_file' : 'no_label' })
    else if (known !== undefined && known !== word) bad.push({ line, file, reason: 'twice' })
    else classes.set(file, word)
  }
  return { column, classes, bad }
}

/** The name under which the truth knows a photo: its own, else by its end, without the folders it lies in. */
export function knownAs(file: string, classes: ReadonlyMap<string, string>): string | null {
  for (let name = file; ; name = name.slice(name.indexOf('/') + 1)) {
    if (classes.has(name)) return name
    if (!name.includes('/')) return null
  }
}

/** Finds the class that a cell of the column names. */
export function classFinder(column: TruthColumn, classes: readonly ClassNames[]): (cell: string) => Match {
  if (column !== 'index') return labelMatcher(classes)
  return (cell) =>
    /^\d+$/.test(cell) && Number(cell) < classes.length
      ? { index: Number(cell) }
      : { reason: `it is not an index from 0 to ${classes.length - 1}` }
}
