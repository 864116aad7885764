import Papa from 'papaparse'
import { VOTE_COLUMNS, type Vote } from '../contract/feedback'
import { CSV_MARK, cell } from './columns'

/** Writes a file of votes: its head, then each vote. */
export function voteText(format: 'csv' | 'ndjson'): { head: string; line(vote: Vote): string } {
  if (format === 'ndjson') return { head: '', line: (vote) => `${JSON.stringify(vote)}\n` }
  const line = (cells: readonly unknown[]) => `${Papa.unparse([cells as unknown[]], { escapeFormulae: true })}\r\n`
  return { head: CSV_MARK + line(VOTE_COLUMNS), line: (vote) => line(VOTE_COLUMNS.map((column) => cell(vote[column]))) }
}
