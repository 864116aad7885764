import type { PhotoCheck } from '../contract/check'
import type { ResultRow } from '../results/columns'
import type { CheckedPhotos } from './checked-photos'

/** A photo about which nothing was found, or that wasn't checked. */
export const NOTHING_FOUND: PhotoCheck = {
  near_copy_of: null,
  copy_group: null,
  label_issue: null,
  suggested_label: null,
  quality: [],
}

/** Adds to each row what a check found about its photo. */
export function* checkedRows(
  rows: Iterable<ResultRow>,
  { photos, checks }: { photos: CheckedPhotos; checks: readonly PhotoCheck[] },
): Generator<ResultRow> {
  const byIndex = new Map(photos.list.map(({ index }, at) => [index, checks[at]]))
  let index = 0
  for (const row of rows) yield { ...row, ...(byIndex.get(index++) ?? NOTHING_FOUND) }
}
