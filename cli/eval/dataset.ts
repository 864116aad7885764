import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import Papa from 'papaparse'
import { labelFinder } from '@/lib/shared/labels-file/label-column'
import { describeMatch, examples } from '@/lib/shared/labels-file/summary'
import { type ClassNames, labelMatcher, type Match } from '@/lib/shared/metrics/label-matcher'
import { type ColumnOptions, labelsOf, labelsTable } from '../labels/labels-file'
import { ROW_ERRORS } from '../labels/row-errors'
import { EXIT, Failure } from '../program/exit'
import { findLabelsFile, listPhotos } from './find-files'

/** A photo and its correct class. */
export interface LabelledPhoto {
  /** Relative to the folder, for display. */
  file: string
  path: string
  truth: number
}

/** A photo or line that cannot be evaluated, and why. */
export interface SkippedPhoto {
  file: string
  reason: string
}

export interface Dataset {
  photos: LabelledPhoto[]
  skipped: SkippedPhoto[]
  /** How the labels file was interpreted; null if the subfolders are the labels. */
  labels: string | null
  /** Labels that the model cannot give, with the number of photos that have them. */
  unmatched: { label: string; photos: number; reason: string }[]
}

type Classes = readonly ClassNames[]
type Mapping = ReadonlyMap<string, string> | undefined

/**
 * Reads a dataset: a folder with a labels file (inside it or elsewhere), or with one subfolder per label.
 *
 * @throws Failure if there is no such folder or file, or no photo in it that can be evaluated
 */
export async function readDataset(
  folder: string,
  options: ColumnOptions & { labels?: string },
  classes: Classes,
  mapping: Mapping,
): Promise<Dataset> {
  const photos = await listPhotos(folder)
  // A named file is not searched for, because the folder may contain several.
  const file = options.labels ?? (await findLabelsFile(folder))
  return file === undefined
    ? fromFolders(folder, photos, labelMatcher(classes, mapping))
    : fromFile(folder, file, photos, options, classes, mapping)
}

/** Collects photos with their labels, and those that cannot be evaluated. */
class DatasetBuilder {
  readonly photos: LabelledPhoto[] = []
  readonly skipped: SkippedPhoto[] = []
  private readonly unknown = new Map<string, { label: string; photos: number; reason: string }>()

  constructor(
    private readonly folder: string,
    private readonly find: (word: string) => Match,
  ) {}

  add(file: string, label: string): void {
    const match = this.find(label)
    if ('index' in match) {
      this.photos.push({ file, path: join(this.folder, file), truth: match.index })
      return
    }
    const known = this.unknown.get(label) ?? { label, photos: 0, reason: match.reason }
    known.photos++
    this.unknown.set(label, known)
    this.skipped.push({ file, reason: `label "${label}": ${match.reason}` })
  }

  dataset(labels: string | null): Dataset {
    const unmatched = [...this.unknown.values()]
    if (unmatched.length > 0) {
      const photos = unmatched.reduce((sum, one) => sum + one.photos, 0)
      const all = photos + this.photos.length
      const names = examples(unmatched.map(({ label }) => label))
      console.error(`warning: ${photos} of ${all} labeled photos have a label that is unknown to the model: ${names}`)
    }
    return { photos: this.photos, skipped: this.skipped, labels, unmatched }
  }
}

async function fromFile(
  folder: string,
  path: string,
  photos: readonly string[],
  options: ColumnOptions,
  classes: Classes,
  mapping: Mapping,
): Promise<Dataset> {
  const reading = await labelsOf(path, await labelsTable(path), photos, classes, options, mapping)
  const collected = new DatasetBuilder(folder, labelFinder(reading.kind, classes, mapping))
  for (const [file, label] of reading.labels) collected.add(file, label)
  const skip = (file: string, reason: string) => collected.skipped.push({ file, reason })
  for (const { line, file, reason } of reading.bad) skip(file || `line ${line}`, `line ${line} ${ROW_ERRORS[reason]}`)
  for (const { file, photos: some } of reading.ambiguous)
    skip(file, `the name is ambiguous: it matches ${some.join(' or ')}, or the same photo as another line`)
  for (const file of reading.unused) skip(file, 'there is no such file')
  return collected.dataset(describeMatch(reading))
}

function fromFolders(folder: string, photos: readonly string[], find: (word: string) => Match): Dataset {
  const inFolders = photos.filter((file) => file.includes('/'))
  if (inFolders.length === 0) {
    throw new Failure(EXIT.notFound, `${folder} has neither a labels file nor one subfolder per label.`)
  }
  const collected = new DatasetBuilder(folder, find)
  // `train/koala/1.jpg` is a koala: the photo's parent folder is its label.
  for (const file of inFolders) collected.add(file, file.split('/').at(-2) ?? '')
  const dataset = collected.dataset(null)
  if (dataset.photos.length > 0) return dataset
  const names = examples(dataset.unmatched.map(({ label }) => label))
  throw new Failure(
    EXIT.invalid,
    `No subfolder is named after a label of the model: ${names}. Use --map to map the names to labels.`,
  )
}

/**
 * Reads a mapping file: a CSV with two columns, the word in the labels file and the label of the model.
 *
 * @throws Failure if it cannot be read
 */
export async function readMapping(path: string): Promise<Map<string, string>> {
  const text = await readFile(path, 'utf8').catch(() => {
    throw new Failure(EXIT.notFound, `There is no file named ${path}.`)
  })
  const { data } = Papa.parse<string[]>(text, { skipEmptyLines: 'greedy' })
  return new Map(data.flatMap(([from, to]) => (from && to ? [[from, to] as const] : [])))
}
