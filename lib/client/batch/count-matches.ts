import { matchJoinedLabels, matchLabels } from '@/lib/shared/labels-file/match-labels'
import type { LabelsTable } from '@/lib/shared/labels-file/table'

/** The number of photos that the file labels; -1 if it doesn't have two columns. */
export function countMatches(table: LabelsTable, photos: readonly string[]): number {
  // Whether the model is one of which several labels may apply is known later.
  const several = () => {
    const { labels } = matchJoinedLabels(table, { photos, classes: [] })
    return [...labels.values()].filter((text) => text !== '').length
  }
  return Math.max(
    orNone(() => matchLabels(table, photos, []).labels.size),
    orNone(several),
  )
}

function orNone(count: () => number): number {
  try {
    return count()
  } catch {
    return -1
  }
}
