import { useMemo } from 'react'
import type { BatchItem } from '@/lib/client/batch/items'
import type { LabelsFile } from '@/lib/client/batch/labels'
import type { Label } from '@/lib/shared/contract/contract'
import { LabelsError } from '@/lib/shared/labels-file/decode'
import { type MatchedLabels, matchLabels } from '@/lib/shared/labels-file/match-labels'

/**
 * Matches a labels file to the photos; null until the classes are loaded, `no_columns` if no two columns hold photos
 * and labels.
 */
export function useMatchedLabels(
  { table, picks }: LabelsFile,
  items: readonly BatchItem[],
  classes: readonly Label[] | null,
): MatchedLabels | 'no_columns' | null {
  const photos = items.length
  // biome-ignore lint/correctness/useExhaustiveDependencies: photos are only ever added, and each result replaces their list
  return useMemo(() => {
    if (!classes) return null
    try {
      return matchLabels(
        table,
        items.map(({ path }) => path),
        classes,
        picks,
      )
    } catch (error) {
      if (error instanceof LabelsError) return 'no_columns'
      throw error
    }
  }, [table, picks, classes, photos])
}
