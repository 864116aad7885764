import { type ClassNames, labelMatcher } from '../metrics/label-matcher'
import { assign, type LabelAssignment } from './assign'
import { LabelsError } from './decode'
import { chooseFile } from './file-column'
import { equalsIgnoreCase, hasHeader } from './header'
import { chooseLabel, kindOf, type LabelKind } from './label-column'
import { fromOneHot } from './one-hot'
import { PhotoIndex } from './photo-index'
import type { LabelsTable } from './table'

/** Columns that the user chose, by name or by number from 1. */
export interface Picks {
  file?: string | undefined
  label?: string | undefined
}

/** A labels file after its columns are known and its labels matched to photos. */
export interface MatchedLabels extends LabelAssignment {
  columns: readonly string[]
  /** Indices in `columns`. */
  file: number
  label: number
  header: boolean
  kind: LabelKind
}

/** Number of rows examined to count the columns. */
const SAMPLE = 20_000

/**
 * Finds the file column (whose cells match the most photos) and the label column, and matches each label to its photo.
 *
 * @param photos paths, as the caller names them
 * @param classes of the model, in the order of its outputs; empty to accept any label
 * @throws LabelsError if there are fewer than two columns, or a chosen one doesn't exist
 */
export function matchLabels(
  table: LabelsTable,
  photos: readonly string[],
  classes: readonly ClassNames[],
  picks: Picks = {},
  mapping?: ReadonlyMap<string, string>,
): MatchedLabels {
  const index = new PhotoIndex(photos)
  const header = table.names === null && hasHeader(table.rows, index, [picks.file, picks.label])
  const width = table.rows.slice(0, SAMPLE).reduce((most, { length }) => Math.max(most, length), 0)
  const given = table.names ?? (header ? table.rows[0] : []) ?? []
  let names = Array.from({ length: Math.max(width, given.length) }, (_, at) => given[at]?.trim() || `column ${at + 1}`)
  let rows = header ? table.rows.slice(1) : table.rows
  const classesOf = header ? fromOneHot(names, rows) : null
  if (classesOf) ({ names, rows } = classesOf)
  if (names.length < 2)
    throw new LabelsError('no_columns', 'The file has only one column. It needs two: the photo and its label.')
  const pickedLabel = picked(names, picks.label)
  const file = picked(names, picks.file) ?? chooseFile(names, rows, index, pickedLabel)
  const rest = [...names.keys()].filter((at) => at !== file)
  const named = labelMatcher(classes, mapping)
  const chosen = chooseLabel(names, rows, pickedLabel === null ? rest : [pickedLabel], classes, named)
  if (!chosen) throw new LabelsError('no_columns', 'The file has no label column.')
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

/** Label Studio's CSV has a photo's choices as JSON if several are allowed. */
function labelOf(cell: string): string {
  if (!cell.startsWith('{"choices"')) return cell
  return /^\{"choices":\s*\["([^"]*)"\]\}$/.exec(cell)?.[1] ?? cell.replaceAll('","', ' | ').replaceAll('", "', ' | ')
}

function picked(names: readonly string[], pick: string | undefined): number | null {
  if (pick === undefined) return null
  const at = names.findIndex((name) => equalsIgnoreCase(name, pick))
  if (at >= 0) return at
  const number = /^\d+$/.test(pick) ? Number(pick) : 0
  if (number >= 1 && number <= names.length) return number - 1
  throw new LabelsError('no_columns', `The file has no column ${pick}. Its columns: ${names.join(', ')}.`)
}
