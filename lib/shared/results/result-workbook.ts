import type { Cell } from '../workbook/cells'
import { type Table, workbook } from '../workbook/workbook'
import { cell, type FileColumn, type ResultRow } from './columns'

/** Column widths in characters. */
const WIDTHS: Record<FileColumn, number> = {
  index: 9,
  file: 40,
  status: 9,
  label: 28,
  score: 20,
  top_labels: 48,
  top_scores: 32,
  uncertain: 11,
  uncertain_reason: 18,
  width: 9,
  height: 9,
  bytes: 12,
  sha256: 24,
  model: 28,
  revision: 24,
  ms: 9,
  error_code: 18,
  error: 48,
  embedding: 40,
  truth: 28,
  correct: 9,
  near_copy_of: 40,
  copy_group: 11,
  label_issue: 12,
  suggested_label: 28,
  quality: 24,
  labels: 48,
  label_scores: 32,
}

type Rows = AsyncIterable<ResultRow> | Iterable<ResultRow>

/** Writes results as an Excel workbook; see `workbook`. */
export function resultWorkbook(rows: Rows, columns: readonly FileColumn[]): ReadableStream<Uint8Array> {
  const table: Table = {
    name: 'results',
    columns: columns.map((name) => ({ name, width: WIDTHS[name] })),
    rows: cellsOf(rows, columns),
  }
  return workbook(table)
}

async function* cellsOf(rows: Rows, columns: readonly FileColumn[]): AsyncGenerator<Cell[]> {
  for await (const row of rows) yield columns.map((column) => cellOf(row[column]))
}

/** An empty list is an empty cell, like null. */
function cellOf(value: ResultRow[FileColumn]): Cell {
  const written = cell(value)
  return written === '' ? null : written
}
