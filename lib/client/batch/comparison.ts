import type { ResultRow } from '@/lib/shared/results/columns'
import type { BatchItem } from './items'

/** A photo's result on another model, and what it means for the one here. */
export interface Difference {
  /** The result on the other model. */
  other: ResultRow
  /** Whether the label here is another one. */
  changed: boolean
  /** With labels: whether only the result here is right, or only the other one. */
  newly: 'right' | 'wrong' | null
}

/** The results of two models for the same photos. Photos without a result on both don't count. */
export interface Comparison {
  /** By path. */
  differences: ReadonlyMap<string, Difference>
  changed: number
  newlyRight: number
  newlyWrong: number
}

/**
 * Compares results with those of another model, by the text of their labels: the models may have different ones.
 *
 * @param others the results of the other model, by path
 */
export function compareResults(
  items: readonly Pick<BatchItem, 'path' | 'row'>[],
  others: ReadonlyMap<string, ResultRow>,
): Comparison {
  const differences = new Map<string, Difference>()
  for (const { path, row } of items) {
    const other = others.get(path)
    if (row?.status === 'ok' && other?.status === 'ok') differences.set(path, differenceOf(row, other))
  }
  const all = [...differences.values()]
  return {
    differences,
    changed: all.filter(({ changed }) => changed).length,
    newlyRight: all.filter(({ newly }) => newly === 'right').length,
    newlyWrong: all.filter(({ newly }) => newly === 'wrong').length,
  }
}

/** Batches to compare with: first the one that the current batch was started from, the others in their order. */
export function originFirst<T extends { id: string }>(batches: readonly T[], from: string | null): T[] {
  return [...batches.filter(({ id }) => id === from), ...batches.filter(({ id }) => id !== from)]
}

function differenceOf(row: ResultRow, other: ResultRow): Difference {
  const changed = row.label !== other.label
  if (row.correct === true && other.correct === false) return { other, changed, newly: 'right' }
  if (row.correct === false && other.correct === true) return { other, changed, newly: 'wrong' }
  return { other, changed, newly: null }
}
