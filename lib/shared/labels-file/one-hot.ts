import { LabelsError } from './decode'
import { LABEL_SEPARATOR } from './table'

/**
 * Converts Roboflow's `_classes.csv`, with a file column and a 0/1 column per class, to two columns; null for any
 * other table.
 */
export function fromOneHot(
  names: readonly string[],
  rows: readonly (readonly string[])[],
): { names: string[]; rows: string[][] } | null {
  if (names.length < 3 || rows.length === 0) return null
  const full = rows.filter((cells) => cells.some((cell) => cell.trim() !== ''))
  const binary = names.map((_, at) => full.every((cells) => isBinary(cells[at])))
  const [file, ...more] = [...names.keys()].filter((at) => !binary[at])
  if (file === undefined || more.length > 0) return null
  const label = (cells: readonly string[]) =>
    names.flatMap((name, at) => (at !== file && Number(cells[at]) === 1 ? [name.trim()] : [])).join(LABEL_SEPARATOR)
  return { names: [names[file] ?? '', 'class'], rows: rows.map((cells) => [cells[file] ?? '', label(cells)]) }
}

const isBinary = (cell: string | undefined) => /^[01](\.0+)?$/.test((cell ?? '').trim())

/** Columns in which so many cells are 0 or 1 are meant so. */
const MOSTLY = 0.9

/**
 * Checks a table whose columns are classes with 0 and 1: one with something else in between would be read as an ordinary
 * one.
 *
 * @param firstLine number of the first row
 * @throws LabelsError that names the line
 */
export function requireOneHot(
  names: readonly string[],
  rows: readonly (readonly string[])[],
  firstLine: number | null,
): void {
  const full = [...rows.entries()].filter(([, cells]) => cells.some((cell) => cell.trim() !== ''))
  const columns = names.map((_, at) => full.filter(([, cells]) => isBinary(cells[at])).length)
  const meant = columns.map((count) => count >= MOSTLY * full.length)
  if (full.length === 0 || meant.filter((is) => !is).length !== 1 || names.length < 3) return
  for (const [row, cells] of full) {
    const at = names.findIndex((_, column) => meant[column] && !isBinary(cells[column]))
    if (at < 0) continue
    const cell = (cells[at] ?? '').trim()
    const place = firstLine === null ? `Record ${row + 1}` : `Line ${firstLine + row}`
    throw new LabelsError('no_columns', `${place}: the column ${names[at]} has “${cell}” instead of 0 or 1.`)
  }
}
