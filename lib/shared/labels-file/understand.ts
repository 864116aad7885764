import { type ClassNames, labelMatcher } from '../metrics/label-matcher'
import { type Assigned, assign } from './assign'
import { LabelsError } from './decode'
import { chooseFile } from './file-column'
import { hasHeader, sameName } from './header'
import { chooseLabel, kindOf, type LabelKind } from './label-column'
import { fromOneHot } from './one-hot'
import { PhotoIndex } from './photo-index'
import type { LabelsTable } from './table'

/** Columns that somebody chose, by their name or their number from 1. */
export interface Picks {
  file?: string | undefined
  label?: string | undefined
}

/** What was understood of a file of labels. */
export interface LabelsReading extends Assigned {
  columns: readonly string[]
  /** Places in `columns`. */
  file: number
  label: number
  header: boolean
  kind: LabelKind
}

/** Rows that tell how many columns there are. */
const SAMPLE = 20_000

/**
 * Finds the column of the photos (the one whose cells name most of them) and that of the labels, and gives each photo its label.
 *
 * @param photos their paths, as they are known elsewhere
 * @param classes of the model, in the order of its outputs; none where any label will do
 * @throws LabelsError where there are not two columns, or none of a picked name
 */
export function understand(
  table: LabelsTable,
  photos: readonly string[],
  classes: readonly ClassNames[],
  picks: Picks = {},
  mapping?: ReadonlyMap<string, string>,
): LabelsReading {
  const index = new PhotoIndex(photos)
  const header = table.names === null && hasHeader(table.rows, index, [picks.file, picks.label])
  const width = table.rows.slice(0, SAMPLE).reduce((most, { length }) => Math.max(most, length), 0)
  const given = table.names ?? (header ? table.rows[0] : []) ?? []
  let names = Array.from({ length: Math.max(width, given.length) }, (_, at) => given[at]?.trim() || `column ${at + 1}`)
  let rows = header ? table.rows.slice(1) : table.rows
  const classesOf = header ? fromOneHot(names, rows) : null
  if (classesOf) ({ names, rows } = classesOf)
  if (names.length < 2)
    throw new LabelsError('no_columns', 'It has only one column. It needs two: a photo and its label.')
  const pickedLabel = picked(names, picks.label)
  const file = picked(names, picks.file) ?? chooseFile(names, rows, index, pickedLabel)
  const rest = [...names.keys()].filter((at) => at !== file)
  const named = labelMatcher(classes, mapping)
  const chosen = chooseLabel(names, rows, pickedLabel === null ? rest : [pickedLabel], classes, named)
  if (!chosen) throw new LabelsError('no_columns', 'It has no column of labels.')
  const { column: label } = chosen
  const kind = chosen.kind === 'names' ? 'names' : kindOf(words(rows, label), classes.length, 0)
  const firstLine = (table.firstLine ?? 1) + (header ? 1 : 0)
  return { columns: names, file, label, header, kind, ...assign(lines(rows, file, label, firstLine), index) }
}

const words = (rows: readonly (readonly string[])[], column: number) =>
  rows.map((cells) => (cells[column] ?? '').trim()).filter((word) => word !== '')

function* lines(rows: readonly (readonly string[])[], file: number, label: number, firstLine: number) {
  for (const [at, cells] of rows.entries()) {
    if (cells.every((cell) => cell.trim() === '')) continue
    yield { line: firstLine + at, file: (cells[file] ?? '').trim(), label: labelOf((cells[label] ?? '').trim()) }
  }
}

/** Label Studio's CSV has the choices of a photo as JSON where they may be several. */
function labelOf(cell: string): string {
  if (!cell.startsWith('{"choices"')) return cell
  return /^\{"choices":\s*\["([^"]*)"\]\}$/.exec(cell)?.[1] ?? cell.replaceAll('","', ' | ').replaceAll('", "', ' | ')
}

function picked(names: readonly string[], pick: string | undefined): number | null {
  if (pick === undefined) return null
  const at = names.findIndex((name) => sameName(name, pick))
  if (at >= 0) return at
  const number = /^\d+$/.test(pick) ? Number(pick) : 0
  if (number >= 1 && number <= names.length) return number - 1
  throw new LabelsError('no_columns', `It has no column ${pick}. Its columns: ${names.join(', ')}.`)
}
