import { labelFinder } from '../labels-file/label-column'
import { separateLabels } from '../labels-file/table'
import type { ResultRow } from '../results/columns'
import type { Interval } from './calibration'
import { type ClassReport, wilson } from './classification'
import type { Evaluation, GroundTruth } from './evaluation'
import type { ClassNames } from './label-matcher'
import { averagePrecision, type LabelSetMetrics, labelSetMetrics } from './label-metrics'

/** A photo with its labels and those that its result says apply: indices of the model's labels, in ascending order. */
interface EvaluatedSet {
  file: string
  truth: readonly number[]
  selected: readonly number[]
  /** Whether both are the same. */
  right: boolean
  row: ResultRow
}

/** The quality of the results of a multi-label model for photos with known labels. Shares are from 0 to 1. */
export interface SetEvaluation
  extends Pick<Evaluation, 'unknown' | 'unused' | 'unlabelled'>,
    Pick<LabelSetMetrics, 'micro_f1' | 'macro_f1'> {
  photos: readonly EvaluatedSet[]
  /** Share of the photos whose labels are exactly those that apply. */
  exact: number
  exact_interval: Interval
  /** Mean average precision; null if some result lacks the scores of some labels, which it needs. */
  map: number | null
  /** Labels that photos have or that results say apply, worst F1 first. */
  classes: readonly ClassReport[]
}

/** The quality of results: of a multi-label model, or of one that has one label for each photo. */
export type AnyEvaluation = Evaluation | SetEvaluation

/** How many results are right, and of how many photos. */
export function rightResults(evaluation: AnyEvaluation): { right: number; photos: number } {
  const { photos } = evaluation
  const right =
    'exact' in evaluation
      ? evaluation.photos.filter((photo) => photo.right).length
      : evaluation.photos.filter(({ truth, predicted }) => truth === predicted).length
  return { right, photos: photos.length }
}

/** Photos whose results lack one of their labels, or have it by mistake. */
export interface LabelMistake {
  index: number
  kind: 'missing' | 'extra'
  files: readonly string[]
}

/** The mistakes by label, most frequent first. */
export function labelMistakes(photos: SetEvaluation['photos']): LabelMistake[] {
  const files = { missing: new Map<number, string[]>(), extra: new Map<number, string[]>() }
  const add = (kind: LabelMistake['kind'], index: number, file: string) => {
    const known = files[kind].get(index)
    if (known) known.push(file)
    else files[kind].set(index, [file])
  }
  for (const { file, truth, selected } of photos) {
    for (const index of truth) if (!selected.includes(index)) add('missing', index, file)
    for (const index of selected) if (!truth.includes(index)) add('extra', index, file)
  }
  return (['missing', 'extra'] as const)
    .flatMap((kind) => [...files[kind]].map(([index, some]) => ({ index, kind, files: some })))
    .sort((a, b) => b.files.length - a.files.length || a.index - b.index)
}

/** What the labels of a photo are to the model. */
interface KnownSet {
  /** Indices, in ascending order. */
  known: readonly number[]
  unknown: readonly { word: string; reason: string; candidates: readonly number[] }[]
}

/**
 * Returns a function that finds the classes of a photo's labels.
 *
 * @param classes of the model, in the order of its outputs
 */
export function labelSetFinder({ kind, mapping }: GroundTruth, classes: readonly ClassNames[]) {
  const find = labelFinder(kind, classes, mapping)
  return (text: string): KnownSet => {
    const known = new Set<number>()
    const unknown: KnownSet['unknown'][number][] = []
    for (const word of separateLabels(text)) {
      const match = find(word)
      if ('index' in match) known.add(match.index)
      else unknown.push({ word, ...match })
    }
    return { known: [...known].sort((a, b) => a - b), unknown }
  }
}

/**
 * Compares results of a multi-label model with the true labels, with the same calculations as `vision eval`: labels that
 * the model doesn't have are left out. Ignores failed photos, and those that aren't in the labels file.
 *
 * @param classes of the model, in the order of its outputs
 */
export function evaluateSets(
  rows: Iterable<ResultRow>,
  truth: GroundTruth,
  classes: readonly ClassNames[],
): SetEvaluation {
  const { photos, unknown, unlabelled } = matchRows(rows, truth, classes)
  const { classes: reports, ...figures } = labelSetMetrics(photos)
  const right = photos.filter((photo) => photo.right).length
  return {
    photos,
    ...figures,
    exact: photos.length === 0 ? 0 : right / photos.length,
    exact_interval: wilson(right, photos.length),
    map: meanAveragePrecision(photos, classes, reports),
    classes: reports.toSorted((a, b) => (a.f1 ?? 0) - (b.f1 ?? 0) || b.support - a.support),
    unknown,
    unused: truth.unused,
    unlabelled,
  }
}

function matchRows(rows: Iterable<ResultRow>, truth: GroundTruth, classes: readonly ClassNames[]) {
  const setOf = labelSetFinder(truth, classes)
  const index = new Map(classes.map(({ label }, at) => [label, at]))
  const photos: EvaluatedSet[] = []
  const unknown = new Map<string, Evaluation['unknown'][number]>()
  let unlabelled = 0
  for (const row of rows) {
    if (row.status !== 'ok' || row.labels === undefined) continue
    const text = truth.labels.get(row.file)
    if (text === undefined) {
      unlabelled++
      continue
    }
    const { known, unknown: words } = setOf(text)
    for (const one of words) unknown.set(one.word, { ...one, photos: (unknown.get(one.word)?.photos ?? 0) + 1 })
    const selected = row.labels.flatMap((label) => index.get(label) ?? []).sort((a, b) => a - b)
    photos.push({ file: row.file, truth: known, selected, right: known.join() === selected.join(), row })
  }
  return { photos, unknown: [...unknown.values()], unlabelled }
}

function meanAveragePrecision(
  photos: readonly EvaluatedSet[],
  classes: readonly ClassNames[],
  reports: readonly ClassReport[],
): number | null {
  if (photos.length === 0 || photos.some(({ row }) => row.top_labels.length < classes.length)) return null
  const having = reports.filter(({ support }) => support > 0)
  const precisions = having.map(({ index }) => {
    const label = classes[index]?.label ?? ''
    const scores = photos.map(({ row }) => row.top_scores[row.top_labels.indexOf(label)] ?? 0)
    const truth = photos.map((photo) => (photo.truth.includes(index) ? 1 : 0))
    return averagePrecision(scores, truth) ?? 0
  })
  return precisions.reduce((sum, value) => sum + value, 0) / Math.max(1, having.length)
}
