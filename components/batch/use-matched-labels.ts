import { useMemo } from 'react'
import type { BatchItem } from '@/lib/client/batch/items'
import type { LabelsFile } from '@/lib/client/batch/labels'
import type { Label } from '@/lib/shared/contract/contract'
import { LabelsError } from '@/lib/shared/labels-file/decode'
import { type MatchedLabels, matchJoinedLabels, matchLabels } from '@/lib/shared/labels-file/match-labels'

/**
 * Matches labels to the photos, several a photo for a multi-label model; null until there are labels and the classes are loaded, `no_columns` if no two columns
 * hold photos and labels.
 */
export function useMatchedLabels(
  labels: LabelsFile | null,
  items: readonly BatchItem[],
  classes: readonly Label[] | null,
): MatchedLabels | 'no_columns' | null {
  const photos = items.length
  const table = labels?.table
  const picks = labels?.choices.picks
  // biome-ignore lint/correctness/useExhaustiveDependencies: photos are only ever added, and each result replaces their list
  return useMemo(() => {
    if (!table || !classes) return null
    try {
      const paths = items.map(({ path }) => path)
      return haveThresholds(classes)
        ? matchJoinedLabels(table, { photos: paths, classes, picks })
        : matchLabels(table, paths, classes, picks)
    } catch (error) {
      if (error instanceof LabelsError) return 'no_columns'
      throw error
    }
  }, [table, picks, classes, photos])
}

/** Whether each label of a model applies or not, whatever the others do. */
export function haveThresholds(classes: readonly Label[]): boolean {
  return classes.some(({ threshold }) => threshold !== undefined)
}
