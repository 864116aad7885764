import Papa from 'papaparse'
import type { Classification } from './contract'

/** One photo with its answer, as pages export it. */
export interface ExportedResult {
  file: string
  result: Classification
}

/** Columns of the CSV, in this order: those of a batch as far as a page knows them. */
export const EXPORT_COLUMNS = [
  'file',
  'label',
  'score',
  'top_labels',
  'top_scores',
  'uncertain',
  'width',
  'height',
  'bytes',
  'model',
  'revision',
  'ms',
] as const

/** A line a photo; lists are separated by `|`. Text that a spreadsheet would take for a formula is made harmless. */
export function toCsv(results: readonly ExportedResult[]): string {
  const rows = results.map(({ file, result: { predictions, uncertain, image, model, timings } }) => [
    file,
    predictions[0]?.label ?? '',
    predictions[0]?.score ?? '',
    predictions.map(({ label }) => label).join('|'),
    predictions.map(({ score }) => score).join('|'),
    uncertain,
    image.width,
    image.height,
    image.bytes,
    model.id,
    model.revision,
    Math.round(10 * timings.total_ms) / 10,
  ])
  return `${Papa.unparse({ fields: [...EXPORT_COLUMNS], data: rows }, { escapeFormulae: true })}\r\n`
}

/** The answers with the names of their files, as JSON for people and programs. */
export function toJson(results: readonly ExportedResult[]): string {
  return `${JSON.stringify(
    results.map(({ file, result }) => ({ file, ...result })),
    null,
    2,
  )}\n`
}
