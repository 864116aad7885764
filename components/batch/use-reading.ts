import { useMemo } from 'react'
import type { BatchItem } from '@/lib/client/batch/items'
import type { Labels } from '@/lib/client/batch/labels'
import type { Label } from '@/lib/shared/contract'
import { type LabelsReading, understand } from '@/lib/shared/labels-file/understand'

/** What the labels say of the photos; null until the classes are there, or where the labels have no two columns. */
export function useReading(
  { table, picks }: Labels,
  items: readonly BatchItem[],
  classes: readonly Label[] | null,
): LabelsReading | null {
  const photos = items.length
  // biome-ignore lint/correctness/useExhaustiveDependencies: photos are only ever added, and their list is new at each result
  return useMemo(() => {
    if (!classes) return null
    try {
      return understand(
        table,
        items.map(({ path }) => path),
        classes,
        picks,
      )
    } catch {
      return null
    }
  }, [table, picks, classes, photos])
}
