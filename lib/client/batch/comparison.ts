import type { ResultRow } from '@/lib/shared/results/columns'
import { saysOf } from '@/lib/shared/results/selected'
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

/** What one of two models made of the photos that both have finished. */
export interface Side {
  /** Of the photos that count for `labeled`. */
  right: number
  /** Of the photos that both answered. */
  uncertain: number
  /** Of the photos that both finished. */
  failed: number
}

/** The results of two models for the same photos. Photos without a result on both don't count. */
export interface Comparison {
  /** By path: the photos that both answered. */
  differences: ReadonlyMap<string, Difference>
  changed: number
  newlyRight: number
  newlyWrong: number
  /** Photos that both answered, and whose true label both have. */
  labeled: number
  here: Side
  there: Side
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
  const finished = items.flatMap(({ path, row }) => {
    const other = others.get(path)
    return row && other ? [{ path, here: row, there: other }] : []
  })
  const answered = finished.filter(({ here, there }) => here.status === 'ok' && there.status === 'ok')
  const labeled = answered.filter(({ here, there }) => isJudged(here) && isJudged(there))
  const side = (which: 'here' | 'there'): Side => ({
    right: labeled.filter((pair) => pair[which].correct).length,
    uncertain: answered.filter((pair) => pair[which].uncertain).length,
    failed: finished.filter((pair) => pair[which].status === 'failed').length,
  })
  const differences = new Map(answered.map(({ path, here, there }) => [path, differenceOf(here, there)]))
  const all = [...differences.values()]
  return {
    differences,
    changed: all.filter(({ changed }) => changed).length,
    newlyRight: all.filter(({ newly }) => newly === 'right').length,
    newlyWrong: all.filter(({ newly }) => newly === 'wrong').length,
    labeled: labeled.length,
    here: side('here'),
    there: side('there'),
  }
}

/** Batches to compare with: first the one that the current batch was started from, the others in their order. */
export function originFirst<T extends { id: string }>(batches: readonly T[], from: string | null): T[] {
  return [...batches.filter(({ id }) => id === from), ...batches.filter(({ id }) => id !== from)]
}

/** Whether the true label is known, and one of the model's. */
function isJudged({ correct }: ResultRow): boolean {
  return correct === true || correct === false
}

function differenceOf(row: ResultRow, other: ResultRow): Difference {
  const changed = saysOf(row) !== saysOf(other)
  if (row.correct === true && other.correct === false) return { other, changed, newly: 'right' }
  if (row.correct === false && other.correct === true) return { other, changed, newly: 'wrong' }
  return { other, changed, newly: null }
}
