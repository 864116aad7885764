import type { Classification } from '../contract/contract'
import { answeredRow, CSV_MARK, csvHeader, csvLine, type ResultRow } from './columns'

/** One photo with its answer, as pages export it. */
export interface ExportedResult {
  file: string
  /** Of the file as the visitor gave it, where that is known. */
  bytes?: number
  sha256?: string | null
  result: Classification
}

/** The rows of a file of results: the columns of every batch. */
export function toRows(results: readonly ExportedResult[]): ResultRow[] {
  return results.map(({ file, bytes = null, sha256 = null, result }) => answeredRow({ file, bytes, sha256 }, result))
}

/** A file of results, a line a photo, in a form that spreadsheets open. */
export function toCsv(results: readonly ExportedResult[]): string {
  return (
    CSV_MARK +
    csvHeader() +
    toRows(results)
      .map((row) => csvLine(row))
      .join('')
  )
}

/** The answers with the names of their files, as JSON for people and programs. */
export function toJson(results: readonly ExportedResult[]): string {
  return `${JSON.stringify(
    results.map(({ file, result }) => ({ file, ...result })),
    null,
    2,
  )}\n`
}
