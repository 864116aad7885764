import { join } from 'node:path'
import { labelFinder } from '@/lib/shared/labels-file/label-column'
import { describeMatch, examples } from '@/lib/shared/labels-file/summary'
import { type ClassNames, labelMatcher, type Match } from '@/lib/shared/metrics/label-matcher'
import { type ColumnOptions, labelSetsOf, labelsTable } from '../../labels/labels-file'
import { ROW_ERRORS } from '../../labels/row-errors'
import { EXIT, Failure } from '../../program/exit'
import type { Dataset } from '../dataset'
import { findLabelsFile, listPhotos } from '../find-files'

/** A photo and its correct classes, which may be none. */
export interface LabeledSetPhoto {
  /** Relative to the folder, for display. */
  file: string
  path: string
  /** In ascending order. */
  truth: number[]
}

export interface LabelSetsDataset extends Omit<Dataset, 'photos'> {
  photos: LabeledSetPhoto[]
}

type Classes = readonly ClassNames[]
type Mapping = ReadonlyMap<string, string> | undefined

/**
 * Reads a data set of photos that may have several labels, or none: a folder with a labels file, or with one subfolder
 * per label. Labels that the model doesn't know are left out.
 *
 * @throws Failure if there is no such folder or file, or no photo in it that can be evaluated
 */
export async function readLabelSets(
  folder: string,
  options: ColumnOptions & { labels?: string },
  classes: Classes,
  mapping: Mapping,
): Promise<LabelSetsDataset> {
  const photos = await listPhotos(folder)
  const path = options.labels ?? (await findLabelsFile(folder))
  if (path === undefined) return fromFolders(folder, photos, labelMatcher(classes, mapping))
  const reading = await labelSetsOf(path, await labelsTable(path), options, { photos, classes, mapping })
  const dataset = datasetOf(folder, reading.labels, labelFinder(reading.kind, classes, mapping))
  const skip = (file: string, reason: string) => dataset.skipped.push({ file, reason })
  for (const { line, file, reason } of reading.bad) skip(file || `line ${line}`, `line ${line} ${ROW_ERRORS[reason]}`)
  for (const { file, photos: some } of reading.ambiguous)
    skip(file, `the name is ambiguous: it matches ${some.join(' or ')}, or the same photo as another line`)
  for (const file of reading.unused) skip(file, 'there is no such file')
  return { ...dataset, labels: describeMatch(reading) }
}

function fromFolders(folder: string, photos: readonly string[], find: (word: string) => Match): LabelSetsDataset {
  const inFolders = photos.filter((file) => file.includes('/'))
  if (inFolders.length === 0)
    throw new Failure(EXIT.notFound, `${folder} has neither a labels file nor one subfolder per label.`)
  return datasetOf(folder, new Map(inFolders.map((file) => [file, [file.split('/').at(-2) ?? '']])), find)
}

function datasetOf(
  folder: string,
  labels: ReadonlyMap<string, readonly string[]>,
  find: (word: string) => Match,
): LabelSetsDataset {
  const unknown = new Map<string, { label: string; photos: number; reason: string }>()
  const indexOf = (word: string): number[] => {
    const match = find(word)
    if ('index' in match) return [match.index]
    const known = unknown.get(word) ?? { label: word, photos: 0, reason: match.reason }
    unknown.set(word, { ...known, photos: known.photos + 1 })
    return []
  }
  const photos = [...labels].map(([file, words]) => {
    const truth = [...new Set(words.flatMap(indexOf))].sort((a, b) => a - b)
    return { file, path: join(folder, file), truth }
  })
  const unmatched = [...unknown.values()]
  if (unmatched.length > 0) {
    const names = examples(unmatched.map(({ label }) => label))
    console.error(`warning: the model doesn’t know some labels, which are left out: ${names}`)
  }
  return { photos, skipped: [], labels: null, unmatched }
}
