import { NOTHING_FOUND } from '@/lib/shared/dataset-check/checked-rows'
import type { ResultRow } from '@/lib/shared/results/columns'
import type { StoredCheck } from './stored-check'

/** Adds what a check found to the rows of a job, which have their index. */
export async function* addCheckColumns(
  rows: AsyncIterable<ResultRow> | Iterable<ResultRow>,
  check: StoredCheck | null,
): AsyncGenerator<ResultRow> {
  const byIndex = new Map(check?.found.map(({ index, ...found }) => [index, found]))
  for await (const row of rows) yield { ...row, ...(byIndex.get(row.index ?? -1) ?? NOTHING_FOUND) }
}
