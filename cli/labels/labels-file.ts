import { readFile, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { decodeLabels, LabelsError, MAX_LABELS_BYTES } from '@/lib/shared/labels-file/decode'
import { labelFinder } from '@/lib/shared/labels-file/label-column'
import {
  type LabelTargets,
  type MatchedLabelSets,
  type MatchedLabels,
  matchLabelSets,
  matchLabels,
  type Picks,
} from '@/lib/shared/labels-file/match-labels'
import { parseLabels } from '@/lib/shared/labels-file/parse'
import { describeMatch, examples, labelWarnings } from '@/lib/shared/labels-file/summary'
import { joinedLabels, type LabelsTable } from '@/lib/shared/labels-file/table'
import type { GroundTruth } from '@/lib/shared/metrics/evaluation'
import type { ClassNames } from '@/lib/shared/metrics/label-matcher'
import { EXIT, Failure } from '../program/exit'

/** Command-line options that select the columns with photos and labels. */
export interface ColumnOptions {
  fileColumn?: string
  labelColumn?: string
}

/** The columns that the options choose. */
export function picksOf({ fileColumn, labelColumn }: ColumnOptions): Picks {
  return { file: fileColumn, label: labelColumn }
}

/**
 * Reads a labels file.
 *
 * @throws Failure if there is no such file, or it contains no labels
 */
export async function labelsTable(path: string): Promise<LabelsTable> {
  const about = await stat(path).catch(() => null)
  if (!about?.isFile()) throw new Failure(EXIT.notFound, `There is no file named ${path}.`)
  return orFailure(path, async () => {
    // Decoding reports why; a file that is far too large must not be read first.
    const tooLarge = about.size > MAX_LABELS_BYTES
    const { text } = decodeLabels(tooLarge ? new Uint8Array(MAX_LABELS_BYTES + 1) : await readFile(path))
    return parseLabels(text)
  })
}

/**
 * Matches the labels with these photos. A summary line and warnings go to stderr.
 *
 * @param classes of the model; empty to accept any label
 * @throws Failure if no photo has a label that the model can give
 */
export async function labelsOf(
  path: string,
  table: LabelsTable,
  photos: readonly string[],
  classes: readonly ClassNames[],
  columns: ColumnOptions,
  mapping?: ReadonlyMap<string, string>,
): Promise<MatchedLabels> {
  const picks = picksOf(columns)
  const reading = await orFailure(path, async () => matchLabels(table, photos, classes, picks, mapping))
  report(path, reading, [...new Set(reading.labels.values())], { photos, classes, mapping })
  return reading
}

/**
 * Matches the labels with photos that may have several, or none. A summary line and warnings go to stderr.
 *
 * @throws Failure if no photo has a label that the model can give
 */
export async function labelSetsOf(
  path: string,
  table: LabelsTable,
  columns: ColumnOptions,
  targets: Omit<LabelTargets, 'picks'>,
): Promise<MatchedLabelSets> {
  const picks = picksOf(columns)
  const reading = await orFailure(path, async () => matchLabelSets(table, { ...targets, picks }))
  report(path, reading, [...new Set([...reading.labels.values()].flat())], targets)
  return reading
}

/** The labels that results are compared with. */
export interface KnownTruth extends MatchedLabels, Pick<GroundTruth, 'several'> {}

/**
 * Matches the labels with photos: of a multi-label model, all labels of each, else one. A summary line and warnings go
 * to stderr.
 *
 * @throws Failure if no photo has a label that the model can give
 */
export async function truthOf(
  { path, table }: { path: string; table: LabelsTable },
  columns: ColumnOptions,
  { photos, classes }: Pick<LabelTargets, 'photos' | 'classes'>,
  multiLabel: boolean,
): Promise<KnownTruth> {
  if (!multiLabel) return labelsOf(path, table, photos, classes, columns)
  const { labels, ...reading } = await labelSetsOf(path, table, columns, { photos, classes })
  const joined = new Map([...labels].map(([photo, words]) => [photo, joinedLabels(words)]))
  return { ...reading, labels: joined, several: true }
}

/** @param words the labels of the file @throws Failure */
function report(
  path: string,
  reading: Omit<MatchedLabels, 'labels'> & { labels: ReadonlyMap<string, unknown> },
  words: readonly string[],
  { photos, classes, mapping }: Omit<LabelTargets, 'picks'>,
): void {
  const { columns, file, label, labels, unused, ambiguous } = reading
  console.error(`${basename(path)}: ${describeMatch(reading)}`)
  if (labels.size === 0) {
    const names = examples(unused.length > 0 ? unused : ambiguous.map((one) => one.file))
    throw new Failure(
      EXIT.invalid,
      `No photo has a label. The column ${columns[file]} of ${path} contains: ${names || 'nothing'}. The photos are: ${examples(photos) || 'none'}. Choose another column with --file-column (${columns.join(', ')}).`,
    )
  }
  const unknown = classes.length > 0 ? reasonIfUnknown(words, labelFinder(reading.kind, classes, mapping)) : null
  if (unknown !== null) {
    throw new Failure(
      EXIT.invalid,
      `No label matches a label of the model. The column ${columns[label]} of ${path} contains: ${examples(words)} (${unknown}). The labels of the model are: ${examples(classes.map((one) => one.label))}. Choose another column with --label-column (${columns.join(', ')}).`,
    )
  }
  for (const warning of labelWarnings(reading)) console.error(`warning: ${warning}`)
  const without = photos.filter((photo) => !labels.has(photo))
  if (without.length > 0) {
    console.error(`warning: ${without.length} of ${photos.length} photos have no label: ${examples(without)}`)
  }
}

/** Why the first word isn't a label of the model; null if some word is. */
function reasonIfUnknown(words: readonly string[], find: ReturnType<typeof labelFinder>): string | null {
  const first = find(words[0] ?? '')
  return 'index' in first || words.some((word) => 'index' in find(word)) ? null : first.reason
}

/** @throws Failure in place of a LabelsError */
export async function orFailure<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof LabelsError) throw new Failure(EXIT.invalid, `${path}: ${error.message}`)
    throw error
  }
}
