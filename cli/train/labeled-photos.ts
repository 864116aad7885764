import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { matchLabelSets } from '@/lib/shared/labels-file/match-labels'
import { areLabelSets } from '@/lib/shared/labels-file/several-labels'
import { examples } from '@/lib/shared/labels-file/summary'
import type { LabelRules } from '@/lib/shared/training/folder/fit-examples'
import { findLabelsFile, listPhotos } from '../eval/find-files'
import { type ColumnOptions, labelSetsOf, labelsOf, labelsTable, picksOf } from '../labels/labels-file'
import { EXIT, Failure } from '../program/exit'

/** A photo and the labels that it shows. */
export interface LabeledPhoto {
  /** Relative to the folder. */
  file: string
  read(): Promise<Uint8Array>
  /** One, unless photos may have several, or none. */
  labels: readonly string[]
}

/**
 * Finds the photos of a folder with their labels: from a labels file, or one subfolder per label.
 *
 * @throws Failure if there is no such folder or file, or no photo with a label
 */
export async function labeledPhotos(
  folder: string,
  { labels, multiLabel, ...columns }: ColumnOptions & LabelRules & { labels?: string | undefined },
): Promise<LabeledPhoto[]> {
  const photos = await listPhotos(folder)
  const file = labels ?? (await findLabelsFile(folder))
  const labelsBy =
    file === undefined ? parentFolders(folder, photos) : await fromFile(file, photos, columns, { multiLabel })
  return photos.flatMap((name) => {
    const own = labelsBy.get(name)
    return own === undefined ? [] : [{ file: name, read: () => readFile(join(folder, name)), labels: own }]
  })
}

/** `train/cat/1.jpg` is a cat: the photo's parent folder is its label. */
function parentFolders(folder: string, photos: readonly string[]): Map<string, readonly string[]> {
  const found = new Map(
    photos.flatMap((file) => {
      const label = file.split('/').at(-2)
      return label === undefined ? [] : [[file, [label]] as const]
    }),
  )
  if (found.size === 0)
    throw new Failure(EXIT.notFound, `${folder} has neither a labels file nor one subfolder per label.`)
  const without = photos.filter((file) => !found.has(file))
  if (without.length > 0)
    console.error(`warning: ${without.length} photos are not in a subfolder: ${examples(without)}`)
  return found
}

async function fromFile(
  path: string,
  photos: readonly string[],
  columns: ColumnOptions,
  { multiLabel }: LabelRules,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const table = await labelsTable(path)
  if (multiLabel) return (await labelSetsOf(path, table, columns, { photos, classes: [] })).labels
  const { labels } = await labelsOf(path, table, photos, [], columns)
  if (areLabelSets(matchLabelSets(table, { photos, classes: [], picks: picksOf(columns) }).labels.values()))
    console.error('hint: photos seem to have several labels. With --multi-label, the model learns all of them.')
  return new Map([...labels].map(([photo, label]) => [photo, [label]]))
}
