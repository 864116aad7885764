import Papa from 'papaparse'
import type { Classification } from '../contract/contract'

/** Columns of a batch's results, in this order, from every door. Types and meanings: docs/results.md. */
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

/** Columns of a part of a job's results: whose row it is cannot be told from where it stands. */
export const PAGE_COLUMNS = ['index', ...RESULT_COLUMNS] as const

export type PageColumn = (typeof PAGE_COLUMNS)[number]

/** What became of one photo. */
export interface ResultRow {
  /** Of the photo in its job, from 0; only where there is a job. */
  index?: number
  /** As it was given. */
  file: string
  status: 'ok' | 'failed'
  /** Null where it failed, or no score reaches the threshold. */
  label: string | null
  score: number | null
  top_labels: string[]
  top_scores: number[]
  uncertain: boolean | null
  /** Pixels, upright. */
  width: number | null
  height: number | null
  bytes: number | null
  /** Of the file, in hexadecimal. */
  sha256: string | null
  model: string
  revision: string
  /** From the complete photo to its answer. */
  ms: number | null
  error_code: string | null
  error: string | null
}

/** What is known of a photo before it is classified. */
export interface KnownFile {
  file: string
  bytes: number | null
  sha256: string | null
}

export interface ModelName {
  id: string
  revision: string
}

/** The row of an answer. */
export function answeredRow({ file, bytes, sha256 }: KnownFile, result: Classification): ResultRow {
  const { predictions, uncertain, image, model, timings } = result
  return {
    file,
    status: 'ok',
    label: predictions[0]?.label ?? null,
    score: predictions[0]?.score ?? null,
    top_labels: predictions.map(({ label }) => label),
    top_scores: predictions.map(({ score }) => score),
    uncertain,
    width: image.width,
    height: image.height,
    bytes: bytes ?? image.bytes,
    sha256,
    model: model.id,
    revision: model.revision,
    ms: Math.round(10 * timings.total_ms) / 10,
    error_code: null,
    error: null,
  }
}

/** The row of a photo that has no answer. */
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

/** Before the first line of a CSV file: with it Excel reads the file as UTF-8. */
export const CSV_MARK = '\ufeff'

export function csvHeader(columns: readonly PageColumn[] = RESULT_COLUMNS): string {
  return csvRecord(columns)
}

/** A row as a line of RFC 4180. Lists are joined by `|` (see `listCell`); text that a spreadsheet would take for a formula begins with an apostrophe. */
export function csvLine(row: ResultRow, columns: readonly PageColumn[] = RESULT_COLUMNS): string {
  return csvRecord(columns.map((column) => cell(row[column])))
}

function csvRecord(cells: readonly unknown[]): string {
  return `${Papa.unparse([cells as unknown[]], { escapeFormulae: true })}\r\n`
}

/** A value as one cell of a table: lists are joined. */
export function cell(value: ResultRow[PageColumn]): string | number | boolean | null {
  return Array.isArray(value) ? listCell(value) : (value ?? null)
}

/** A list in one cell: joined by `|`. A `|` or a backslash within a label is written with a backslash before it. */
export function listCell(values: readonly (string | number)[]): string {
  return values.map((value) => String(value).replace(/[\\|]/g, '\\$&')).join('|')
}

/** A row as a line of NDJSON, with the columns that were chosen. */
export function jsonLine(row: ResultRow, columns: readonly PageColumn[] = RESULT_COLUMNS): string {
  return `${JSON.stringify(chosen(row, columns))}\n`
}

/** A row's chosen columns, in their order. */
function chosen(row: ResultRow, columns: readonly PageColumn[]): Partial<ResultRow> {
  return Object.fromEntries(columns.map((column) => [column, row[column]])) as Partial<ResultRow>
}

export const RESULT_FORMATS = ['csv', 'xlsx', 'json', 'ndjson'] as const
export type ResultFormat = (typeof RESULT_FORMATS)[number]
/** Those that are text; `result-file.ts` writes all. */
export type ResultTextFormat = Exclude<ResultFormat, 'xlsx'>

/** Their media types. */
export const RESULT_TYPES = {
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  json: 'application/json',
  ndjson: 'application/x-ndjson',
} as const satisfies Record<ResultFormat, string>

/** How a file of results is written: its beginning, then each row, then its end. */
export interface ResultText {
  head: string
  row(row: ResultRow): string
  tail(): string
}

/** A file of results of a format: the same bytes from every door. For one file. */
export function resultText(format: ResultTextFormat, columns: readonly PageColumn[] = RESULT_COLUMNS): ResultText {
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
