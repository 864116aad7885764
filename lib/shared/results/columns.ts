import Papa from 'papaparse'
import type { PhotoCheck } from '../contract/check'
import type { Classification } from '../contract/contract'
import type { RowTraits } from '../dataset-check/row-traits'
import type { UncertainReason } from '../metrics/uncertainty'
import { selectedOf } from './selected'

/** The columns of batch results, in this order, from every entry point; JSON has one more, see `columnsFor`. Types and meanings: docs/results.md. */
export const RESULT_COLUMNS = [
  'file',
  'status',
  'label',
  'score',
  'top_labels',
  'top_scores',
  'uncertain',
  'width',
  'height',
  'bytes',
  'sha256',
  'model',
  'revision',
  'ms',
  'error_code',
  'error',
] as const

export type ResultColumn = (typeof RESULT_COLUMNS)[number]

/** The columns of a page of a job's results, where the position of a row doesn't identify its photo. */
export const PAGE_COLUMNS = ['index', ...RESULT_COLUMNS] as const

/** The columns of results whose true labels are known. */
export const LABELED_COLUMNS = [...RESULT_COLUMNS, 'truth', 'correct'] as const

/** The columns of embeddings. */
export const EMBEDDED_COLUMNS = [
  'file',
  'status',
  'embedding',
  'sha256',
  'width',
  'height',
  'model',
  'revision',
  'error_code',
  'error',
] as const

/** The columns that a check of the whole batch adds after all others. */
export const CHECK_COLUMNS = ['near_copy_of', 'copy_group', 'label_issue', 'suggested_label', 'quality'] as const

/** The columns that results of a multi-label model have after all others. */
export const MULTI_LABEL_COLUMNS = ['labels', 'label_scores'] as const

/** A field of JSON and NDJSON only: tables keep the columns that programs know by their position. */
export const JSON_COLUMN = 'uncertain_reason'

/** Every column that a results file may have. */
export type FileColumn =
  | (typeof PAGE_COLUMNS)[number]
  | (typeof LABELED_COLUMNS)[number]
  | (typeof CHECK_COLUMNS)[number]
  | (typeof MULTI_LABEL_COLUMNS)[number]
  | typeof JSON_COLUMN
  | 'embedding'

/** Whether a format has one object per photo instead of a line of a table. */
export function isJsonFormat(format: string): boolean {
  return format === 'json' || format === 'ndjson'
}

/** The columns of a format: JSON and NDJSON also say why a result is uncertain. */
export function columnsFor<C extends FileColumn>(
  format: string,
  columns: readonly C[],
): readonly (C | typeof JSON_COLUMN)[] {
  if (!isJsonFormat(format)) return columns
  return columns.flatMap((column) => (column === 'uncertain' ? [column, JSON_COLUMN] : column))
}

/** The result of one photo, and if the batch was checked what was found about it. */
export interface ResultRow extends Partial<PhotoCheck> {
  /** Index of the photo in its job, from 0; absent outside of jobs. */
  index?: number
  /** The name as given. */
  file: string
  status: 'ok' | 'failed'
  /** Null if it failed, or no score reaches the threshold; of a multi-label model, the best label that applies. */
  label: string | null
  score: number | null
  top_labels: string[]
  top_scores: number[]
  uncertain: boolean | null
  /** Why it is uncertain; null if it isn't. Absent in results of earlier versions. */
  uncertain_reason?: UncertainReason | null
  /** Pixels, upright. */
  width: number | null
  height: number | null
  bytes: number | null
  /** Hexadecimal digest of the file. */
  sha256: string | null
  model: string
  revision: string
  /** Milliseconds from the complete photo to its result. */
  ms: number | null
  error_code: string | null
  error: string | null
  /** All labels that apply, and their scores, best first. Only of a multi-label model. */
  labels?: string[]
  label_scores?: number[]
  /** The embedding, float32 and little-endian in base64; absent for a failed photo, and unless requested. */
  embedding?: string
  /** Scores of kinds of things, likewise, for custom models to learn from; absent if the model knows none. */
  kinds?: string
  /** What a check needs to know of its pixels; absent for a failed photo, and unless requested. */
  traits?: RowTraits
  /**
   * The true label, or the word in the labels file if the model has no such label; of a multi-label model, all true
   * labels. Absent without a labels file.
   */
  truth?: string | string[] | null
  /** Whether `label` is the true label, or `labels` are the true labels; null if that is unknown. */
  correct?: boolean | null
}

/** What is known about a photo before it is classified. */
export interface KnownFile {
  file: string
  bytes: number | null
  sha256: string | null
}

export interface ModelName {
  id: string
  revision: string
}

/** The row of a classified photo. */
export function classifiedRow({ file, bytes, sha256 }: KnownFile, result: Classification): ResultRow {
  const { predictions, uncertain, uncertain_reason, image, model, timings } = result
  const selected = selectedOf(result)
  const [best] = selected ?? predictions
  return {
    file,
    status: 'ok',
    label: best?.label ?? null,
    score: best?.score ?? null,
    top_labels: predictions.map(({ label }) => label),
    top_scores: predictions.map(({ score }) => score),
    uncertain,
    uncertain_reason: uncertain_reason ?? null,
    width: image.width,
    height: image.height,
    bytes: bytes ?? image.bytes,
    sha256,
    model: model.id,
    revision: model.revision,
    ms: Math.round(10 * timings.total_ms) / 10,
    error_code: null,
    error: null,
    ...(selected && { labels: selected.map(({ label }) => label), label_scores: selected.map(({ score }) => score) }),
  }
}

/** The row of a failed photo. */
export function failedRow(
  { file, bytes, sha256 }: KnownFile,
  { id, revision }: ModelName,
  { code, detail }: { code: string; detail: string },
): ResultRow {
  return {
    file,
    status: 'failed',
    label: null,
    score: null,
    top_labels: [],
    top_scores: [],
    uncertain: null,
    uncertain_reason: null,
    width: null,
    height: null,
    bytes,
    sha256,
    model: id,
    revision,
    ms: null,
    error_code: code,
    error: detail,
  }
}

/** Byte order mark at the start of a CSV file, which makes Excel read the file as UTF-8. */
export const CSV_MARK = '\ufeff'

export function csvHeader(columns: readonly FileColumn[] = RESULT_COLUMNS): string {
  return csvRecord(columns)
}

/**
 * Formats a row as CSV (RFC 4180). Lists are joined by `|` (see `listCell`); text that a spreadsheet would read as a
 * formula gets a leading apostrophe.
 */
export function csvLine(row: ResultRow, columns: readonly FileColumn[] = RESULT_COLUMNS): string {
  return csvRecord(columns.map((column) => cell(row[column])))
}

function csvRecord(cells: readonly unknown[]): string {
  return `${Papa.unparse([cells as unknown[]], { escapeFormulae: true })}\r\n`
}

/** Converts a value to one cell of a table; joins lists. */
export function cell(value: ResultRow[FileColumn]): string | number | boolean | null {
  return Array.isArray(value) ? listCell(value) : (value ?? null)
}

/** Joins a list by `|`. A `|` or backslash in a label is escaped with a backslash. */
export function listCell(values: readonly (string | number)[]): string {
  return values.map((value) => String(value).replace(/[\\|]/g, '\\$&')).join('|')
}

/** The list that `listCell` joined; it isn't empty. */
export function fromListCell(joined: string): string[] {
  const values = ['']
  for (const [part] of joined.matchAll(/\\[\\|]|\||[^\\|]+|\\/g)) {
    if (part === '|') values.push('')
    else values.push(`${values.pop()}${part.replace(/^\\(?=[\\|])/, '')}`)
  }
  return values
}

/** Formats the chosen columns of a row as a line of NDJSON. */
export function jsonLine(
  row: ResultRow,
  columns: readonly FileColumn[] = columnsFor('ndjson', RESULT_COLUMNS),
): string {
  return `${JSON.stringify(chosen(row, columns))}\n`
}

/** The chosen columns of a row, in order. */
function chosen(row: ResultRow, columns: readonly FileColumn[]): Partial<ResultRow> {
  const value = (column: FileColumn) => {
    if (column === JSON_COLUMN) return row[column] ?? null
    return column === 'labels' || column === 'label_scores' ? (row[column] ?? []) : row[column]
  }
  return Object.fromEntries(columns.map((column) => [column, value(column)])) as Partial<ResultRow>
}

export const RESULT_FORMATS = ['csv', 'xlsx', 'json', 'ndjson'] as const
export type ResultFormat = (typeof RESULT_FORMATS)[number]
/** The text formats; `result-file.ts` writes all formats. */
export type ResultTextFormat = Exclude<ResultFormat, 'xlsx'>

/** Media types of the formats. */
export const RESULT_TYPES = {
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  json: 'application/json',
  ndjson: 'application/x-ndjson',
} as const satisfies Record<ResultFormat, string>

/** Writes a results file: its head, each row, its tail. */
export interface ResultText {
  head: string
  row(row: ResultRow): string
  tail(): string
}

/** A writer for one results file: the same bytes from every entry point. */
export function resultText(
  format: ResultTextFormat,
  columns: readonly FileColumn[] = columnsFor(format, RESULT_COLUMNS),
): ResultText {
  if (format === 'csv') {
    return { head: CSV_MARK + csvHeader(columns), row: (row) => csvLine(row, columns), tail: () => '' }
  }
  if (format === 'ndjson') return { head: '', row: (row) => jsonLine(row, columns), tail: () => '' }
  let some = false
  return {
    head: '[',
    row(row) {
      const before = some ? ',\n' : '\n'
      some = true
      return before + JSON.stringify(chosen(row, columns))
    },
    tail: () => (some ? '\n]\n' : ']\n'),
  }
}
