import { CSV_MARK, chosen, csvHeader, csvLine, jsonLine, type ResultColumn, type ResultRow } from '@/lib/shared/results'

export const EXPORT_FORMATS = ['csv', 'json', 'ndjson'] as const
export type ExportFormat = (typeof EXPORT_FORMATS)[number]

const TYPES = { csv: 'text/csv', json: 'application/json', ndjson: 'application/x-ndjson' } as const

/** Results as a file, to the last byte as the API writes them. */
export function exportFile(rows: readonly ResultRow[], format: ExportFormat, columns: readonly ResultColumn[]): Blob {
  return new Blob(pieces(rows, format, columns), { type: TYPES[format] })
}

function pieces(rows: readonly ResultRow[], format: ExportFormat, columns: readonly ResultColumn[]): string[] {
  if (format === 'csv') return [CSV_MARK + csvHeader(columns), ...rows.map((row) => csvLine(row, columns))]
  if (format === 'ndjson') return rows.map((row) => jsonLine(row, columns))
  if (rows.length === 0) return ['[]\n']
  const list = rows.map((row, i) => (i === 0 ? '[\n' : ',\n') + JSON.stringify(chosen(row, columns)))
  return [...list, '\n]\n']
}
