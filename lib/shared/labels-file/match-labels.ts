import { type ClassNames, labelMatcher } from '../metrics/label-matcher'
import { assign, type LabelAssignment } from './assign'
import { LabelsError } from './decode'
import { chooseFile } from './file-column'
import { equalsIgnoreCase, hasHeader } from './header'
import { type CellReader, chooseLabel, kindOf, type LabelKind, wordsIn } from './label-column'
import { fromOneHot, requireOneHot } from './one-hot'
import { PhotoIndex } from './photo-index'
import { joinedLabels, type LabelsTable, separateLabels } from './table'

/** Columns that the user chose, by name or by number from 1. */
export interface Picks {
  file?: string | undefined
  label?: string | undefined
}

/** A labels file whose columns are known. */
interface LabelColumns {
  columns: readonly string[]
  /** Indices in `columns`. */
  file: number
  label: number
  header: boolean
  kind: LabelKind
}

/** A labels file after its columns are known and its labels matched to photos. */
export interface MatchedLabels extends LabelColumns, LabelAssignment {}

/** The same for photos that may have several labels, or none. */
export interface MatchedLabelSets extends Omit<MatchedLabels, 'labels'> {
  /** The labels by photo, as named in the input. A photo that is there has all of its labels, which may be none. */
  labels: ReadonlyMap<string, readonly string[]>
}

/** Number of rows examined to count the columns. */
const SAMPLE = 20_000

/** Which photos labels are for, and which labels there are. */
export interface LabelTargets {
  /** Paths, as the caller names them. */
  photos: readonly string[]
  /** Classes of the model, in the order of its outputs; empty to accept any label. */
  classes: readonly ClassNames[]
  picks?: Picks | undefined
  mapping?: ReadonlyMap<string, string> | undefined
}

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
  const { lines, index, ...found } = readColumns(table, { photos, classes, picks, mapping }, (cell) => [cell])
  return { ...found, ...assign(lines(labelOf), index) }
}

/**
 * Matches labels of photos that may have several: separated by `;` or `|`, as a list in JSON, on a line for each, or as
 * a column for each with 0 and 1. A photo with an empty cell has none of the labels.
 *
 * @throws LabelsError as `matchLabels`, or if a column of 0 and 1 has something else
 */
export function matchLabelSets(table: LabelsTable, targets: LabelTargets): MatchedLabelSets {
  const { labels, ...matched } = matchJoinedLabels(table, targets)
  return { ...matched, labels: new Map([...labels].map(([photo, text]) => [photo, separateLabels(text)])) }
}

/** As `matchLabelSets`, with all labels of a photo in one text: see `separateLabels`. */
export function matchJoinedLabels(table: LabelsTable, targets: LabelTargets): MatchedLabels {
  const { lines, index, ...found } = readColumns(table, targets, labelsOfCell, true)
  const joined = lines((cell) => joinedLabels(labelsOfCell(cell)))
  return { ...found, ...assign(joined, index, true) }
}

interface Columns extends LabelColumns {
  lines(label: (cell: string) => string): Iterable<{ line: number; file: string; label: string }>
  index: PhotoIndex
}

function readColumns(
  table: LabelsTable,
  { photos, classes, picks = {}, mapping }: LabelTargets,
  read: CellReader,
  several = false,
): Columns {
  const index = new PhotoIndex(photos)
  const header = table.names === null && hasHeader(table.rows, index, [picks.file, picks.label])
  const width = table.rows.slice(0, SAMPLE).reduce((most, { length }) => Math.max(most, length), 0)
  const given = table.names ?? (header ? table.rows[0] : []) ?? []
  let names = Array.from({ length: Math.max(width, given.length) }, (_, at) => given[at]?.trim() || `column ${at + 1}`)
  let rows = header ? table.rows.slice(1) : table.rows
  const firstLine = (table.firstLine ?? 1) + (header ? 1 : 0)
  if (several) requireOneHot(names, rows, firstLine)
  const classesOf = header ? fromOneHot(names, rows) : null
  if (classesOf) ({ names, rows } = classesOf)
  if (names.length < 2)
    throw new LabelsError('no_columns', 'The file has only one column. It needs two: the photo and its label.')
  const pickedLabel = picked(names, picks.label)
  const file = picked(names, picks.file) ?? chooseFile(names, rows, index, pickedLabel)
  const rest = [...names.keys()].filter((at) => at !== file)
  const named = labelMatcher(classes, mapping)
  const chosen = chooseLabel(names, rows, pickedLabel === null ? rest : [pickedLabel], classes, named, read)
  if (!chosen) throw new LabelsError('no_columns', 'The file has no label column.')
  const { column: label } = chosen
  const kind = chosen.kind === 'names' ? 'names' : kindOf(wordsIn(rows, label, read), classes.length, 0)
  return { columns: names, file, label, header, kind, index, lines: (of) => lines(rows, file, label, firstLine, of) }
}

function* lines(
  rows: readonly (readonly string[])[],
  file: number,
  label: number,
  firstLine: number,
  of: (cell: string) => string,
) {
  for (const [at, cells] of rows.entries()) {
    if (cells.every((cell) => cell.trim() === '')) continue
    yield { line: firstLine + at, file: (cells[file] ?? '').trim(), label: of((cells[label] ?? '').trim()) }
  }
}

/** The labels in a cell: `cat; dog` or `cat|dog`. */
function labelsOfCell(cell: string): string[] {
  return labelOf(cell.trim())
    .split(/[|;]/)
    .map((label) => label.trim())
    .filter((label) => label !== '')
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
