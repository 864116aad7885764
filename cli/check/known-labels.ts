import { type KnownLabels, labelsOfFolders, labelsOfTable } from '@/lib/shared/dataset-check/known-labels'
import { findLabelsFile } from '../eval/find-files'
import { labelsOf, labelsTable, orFailure } from '../labels/labels-file'
import type { CheckOptions } from './options'

/**
 * Labels and splits from the labels file, or else from folders. A data set without labels can be checked, too.
 *
 * @throws Failure if the labels file can't be used
 */
export async function knownLabels(
  folder: string,
  photos: readonly string[],
  { labels, fileColumn, labelColumn }: CheckOptions,
): Promise<{ known: KnownLabels; byFolder: boolean }> {
  const path = labels ?? (await findLabelsFile(folder))
  if (path === undefined) return { known: labelsOfFolders(photos), byFolder: true }
  const table = await labelsTable(path)
  const picks = { file: fileColumn, label: labelColumn }
  const known = await orFailure(path, async () => labelsOfTable(table, photos, picks))
  if (known.several) return { known, byFolder: false }
  // Reports what doesn't match.
  await labelsOf(path, table, photos, [], {
    ...(fileColumn === undefined ? {} : { fileColumn }),
    ...(labelColumn === undefined ? {} : { labelColumn }),
  })
  return { known, byFolder: false }
}
