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
  const binary = names.map((_, at) => full.every((cells) => /^[01](\.0+)?$/.test((cells[at] ?? '').trim())))
  const [file, ...more] = [...names.keys()].filter((at) => !binary[at])
  if (file === undefined || more.length > 0) return null
  const label = (cells: readonly string[]) =>
    names.flatMap((name, at) => (at !== file && Number(cells[at]) === 1 ? [name.trim()] : [])).join(LABEL_SEPARATOR)
  return { names: [names[file] ?? '', 'class'], rows: rows.map((cells) => [cells[file] ?? '', label(cells)]) }
}
