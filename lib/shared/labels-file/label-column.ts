import { type ClassNames, labelMatcher, type Match } from '../metrics/label-matcher'
import { labelNameRank, looksLikeLabelColumn } from './header'

/** What the cells of the label column contain: class names, or indices of the model's outputs. */
export type LabelKind = 'names' | 'indices'

/** Number of rows sampled to choose a column. */
const SAMPLE = 2000
const INDEX = /^\d+(\.0+)?$/
/** Two columns are equivalent if this share of their rows agrees. */
const MIN_AGREEMENT = 0.99

interface Candidate {
  column: number
  kind: LabelKind
  score: number
  distinct: number
}

/** Returns a function that finds the class of a cell. */
export function labelFinder(kind: LabelKind, classes: readonly ClassNames[], mapping?: ReadonlyMap<string, string>) {
  const named = labelMatcher(classes, mapping)
  if (kind === 'names') return named
  return (cell: string): Match => {
    if (INDEX.test(cell) && Number(cell) < classes.length) return { index: Number(cell) }
    return { reason: `not an index from 0 to ${classes.length - 1}`, candidates: [] }
  }
}

/** The labels in a cell. */
export type CellReader = (cell: string) => readonly string[]

/**
 * Chooses the label column: the one whose cells most often name a class. Numbers count as classes only if the column's
 * name suggests it or no other column is left, and if no column of names contradicts them.
 */
export function chooseLabel(
  names: readonly string[],
  rows: readonly (readonly string[])[],
  columns: readonly number[],
  classes: readonly ClassNames[],
  named: ReturnType<typeof labelMatcher>,
  read: CellReader,
): { column: number; kind: LabelKind } | null {
  const step = Math.max(1, Math.floor(rows.length / SAMPLE))
  const sample = rows.filter((_, at) => at % step === 0)
  if (classes.length === 0) return chooseFreeLabel(names, sample, columns)
  const all = columns.map((column) =>
    candidate(column, names[column] ?? '', wordsIn(sample, column, read), classes, named, columns.length === 1),
  )
  const sorted = all.sort((a, b) => b.score - a.score || a.distinct - b.distinct || a.column - b.column)
  const words = sorted.find(({ kind, score }) => kind === 'names' && score >= 1)
  const indices = sorted.find(({ kind, score }) => kind === 'indices' && score >= 2)
  if (words && indices) return agree(sample, words.column, indices.column, named) ? indices : words
  return sorted[0] ?? null
}

/** The column of labels that no model has yet: by its name, words before numbers, and with few different ones. */
function chooseFreeLabel(
  names: readonly string[],
  rows: readonly (readonly string[])[],
  columns: readonly number[],
): { column: number; kind: LabelKind } | null {
  const all = columns.map((column) => {
    const name = names[column] ?? ''
    const words = new Set(rows.map((cells) => (cells[column] ?? '').trim()).filter((word) => word !== ''))
    const numbers = [...words].every((word) => INDEX.test(word))
    const order = [
      looksLikeLabelColumn(name) ? 0 : 1,
      words.size === 0 ? 1 : 0,
      numbers ? 1 : 0,
      labelNameRank(name),
      words.size === 1 ? 1 : 0,
      words.size,
      column,
    ]
    return { column, order }
  })
  const [first] = all.sort((a, b) => compareInOrder(a.order, b.order))
  return first ? { column: first.column, kind: 'names' } : null
}

function compareInOrder(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, index) => value !== b[index])
  return at < 0 ? 0 : (a[at] as number) - (b[at] as number)
}

/** The labels in a column. */
export function wordsIn(rows: readonly (readonly string[])[], column: number, read: CellReader): string[] {
  return rows.flatMap((cells) => read((cells[column] ?? '').trim())).filter((word) => word !== '')
}

function candidate(
  column: number,
  name: string,
  words: readonly string[],
  classes: readonly ClassNames[],
  named: ReturnType<typeof labelMatcher>,
  alone: boolean,
): Candidate {
  const known = words.filter((word) => 'index' in named(word)).length
  const hint = looksLikeLabelColumn(name) ? 1 : 0
  const distinct = new Set(words).size
  const kind = kindOf(words, classes.length, known)
  const share =
    words.length === 0 ? 0 : kind === 'indices' ? (hint || alone || name === '' ? 1 : 0) : known / words.length
  return { column, kind, score: 2 * share + hint, distinct }
}

/** Decides whether a column contains class indices: only integers in range, and no class name. */
export function kindOf(words: readonly string[], classes: number, known: number): LabelKind {
  const all = words.length > 0 && words.every((word) => INDEX.test(word) && Number(word) < classes)
  return all && known === 0 ? 'indices' : 'names'
}

function agree(
  rows: readonly (readonly string[])[],
  words: number,
  indices: number,
  named: ReturnType<typeof labelMatcher>,
): boolean {
  const both = rows.flatMap((cells) => {
    const match = named((cells[words] ?? '').trim())
    return 'index' in match ? [match.index === Number(cells[indices])] : []
  })
  return both.filter(Boolean).length >= MIN_AGREEMENT * both.length
}
