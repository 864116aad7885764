import { type KnownLabels, labelsOfFolders, labelsOfTable } from '@/lib/shared/dataset-check/known-labels'
import { findLabelsFile } from '../eval/find-files'
import { labelsOf, labelsTable } from '../labels/labels-file'
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
  // Reports what doesn't match.
  await labelsOf(path, table, photos, [], {
    ...(fileColumn === undefined ? {} : { fileColumn }),
    ...(labelColumn === undefined ? {} : { labelColumn }),
  })
  return { known: labelsOfTable(table, photos, { file: fileColumn, label: labelColumn }), byFolder: false }
}
