import { RESULT_TYPES, type ResultColumn, type ResultFormat, type ResultRow, resultPieces } from '@/lib/shared/results'

/** Results as a file, to the last byte as the API writes them. */
export function exportFile(rows: readonly ResultRow[], format: ResultFormat, columns: readonly ResultColumn[]): Blob {
  return new Blob([...resultPieces(rows, format, columns)], { type: RESULT_TYPES[format] })
}
