import type { Classification } from '../contract/contract'
import {
  CSV_MARK,
  classifiedRow,
  csvHeader,
  csvLine,
  type FileColumn,
  MULTI_LABEL_COLUMNS,
  RESULT_COLUMNS,
  type ResultRow,
} from './columns'
import { isMultiLabel } from './selected'

/** One photo with its result, as pages export it. */
export interface ExportedResult {
  file: string
  /** Size of the file that the visitor chose, if known. */
  bytes?: number
  sha256?: string | null
  result: Classification
}

/** Converts results to rows with the columns of batch results. */
export function toRows(results: readonly ExportedResult[]): ResultRow[] {
  return results.map(({ file, bytes = null, sha256 = null, result }) => classifiedRow({ file, bytes, sha256 }, result))
}

/** The columns of results: those of a multi-label model have more. */
export function exportColumns(results: readonly ExportedResult[]): readonly FileColumn[] {
  const several = results.some(({ result }) => isMultiLabel(result))
  return several ? [...RESULT_COLUMNS, ...MULTI_LABEL_COLUMNS] : RESULT_COLUMNS
}

/** A CSV file of results, one line per photo, that spreadsheets can open. */
export function toCsv(results: readonly ExportedResult[]): string {
  const columns = exportColumns(results)
  const lines = toRows(results).map((row) => csvLine(row, columns))
  return [CSV_MARK, csvHeader(columns), ...lines].join('')
}

/** The results with their file names, as readable JSON. */
export function toJson(results: readonly ExportedResult[]): string {
  return `${JSON.stringify(
    results.map(({ file, result }) => ({ file, ...result })),
    null,
    2,
  )}\n`
}
