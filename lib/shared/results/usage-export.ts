import type { UsageRow } from '../contract/keys'

const COLUMNS = ['day', 'id', 'name', 'requests', 'photos', 'errors', 'bytes'] as const

/** Usage as CSV (RFC 4180). Names of keys have no characters that CSV or a spreadsheet would interpret. */
export function usageCsv(rows: readonly UsageRow[]): string {
  return [COLUMNS.join(','), ...rows.map((row) => COLUMNS.map((column) => row[column]).join(','))]
    .map((line) => `${line}\r\n`)
    .join('')
}
