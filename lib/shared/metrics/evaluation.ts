import { labelFinder } from '../labels-file/label-column'
import type { MatchedLabels } from '../labels-file/match-labels'
import { separateLabels } from '../labels-file/table'
import type { ResultRow } from '../results/columns'
import { type Bin, ece, type Interval, reliability } from './calibration'
import { type ClassReport, classReports, confusions, wilson } from './classification'
import type { ClassNames } from './label-matcher'

/** Whether top-5 accuracy is meaningful: with five labels or fewer, it is always 100 %. */
export function hasTop5(classes: number): boolean {
  return classes > 5
}

/** A photo with its true class and its prediction. */
interface EvaluatedPhoto {
  file: string
  truth: number
  /** -1 if there was no prediction. */
  predicted: number
  /** Whether the true class is among the five best labels. */
  inTop5: boolean
  score: number
}

/** The parts of a labels file that results are compared with. */
export interface GroundTruth extends Pick<MatchedLabels, 'labels' | 'kind' | 'unused'> {
  /** Whether a photo may have several labels, or none: `labels` has all of a photo in one text, see `separateLabels`. */
  several?: boolean | undefined
  /** The label that a word of the file means, where the words are not the model's. */
  mapping?: ReadonlyMap<string, string> | undefined
}

/** The labels of all photos, as they are in the file. */
export function* truthWords({ labels, several }: Pick<GroundTruth, 'labels' | 'several'>): Generator<string> {
  for (const text of labels.values()) {
    if (several) yield* separateLabels(text)
    else yield text
  }
}

/** The quality of the results for photos with known labels. Shares are from 0 to 1. */
export interface Evaluation {
  photos: readonly EvaluatedPhoto[]
  top1: number
  top1_interval: Interval
  top5: number
  /** Expected calibration error with equal-size bins. */
  ece: number
  reliability: readonly Bin[]
  /** Classes with photos, worst F1 first. */
  classes: readonly ClassReport[]
  confusions: readonly [truth: number, predicted: number, photos: number][]
  /** Labels that match no class of the model. */
  unknown: readonly { word: string; photos: number; reason: string; candidates: readonly number[] }[]
  /** Names in the labels file without a photo. */
  unused: readonly string[]
  /** Photos with a result but without a label. */
  unlabelled: number
}

/**
 * Compares results with the true labels, with the same calculations as `vision eval`. Ignores failed and unlabeled
 * photos.
 *
 * @param classes of the model, in the order of its outputs
 */
export function evaluate(rows: Iterable<ResultRow>, truth: GroundTruth, classes: readonly ClassNames[]): Evaluation {
  const { matched, unknown, unlabelled } = matchRows(rows, truth, classes)
  const right = matched.filter((photo) => photo.truth === photo.predicted).length
  const scored = matched.map((photo) => ({ score: photo.score, right: photo.truth === photo.predicted }))
  const share = (count: number) => (matched.length === 0 ? 0 : count / matched.length)
  return {
    photos: matched,
    top1: share(right),
    top1_interval: wilson(right, matched.length),
    top5: share(matched.filter(({ inTop5 }) => inTop5).length),
    ece: ece(scored),
    reliability: reliability(scored),
    classes: shownClasses(matched),
    confusions: confusions(matched),
    unknown: [...unknown].map(([word, about]) => ({ word, ...about })),
    unused: truth.unused,
    unlabelled,
  }
}

/** Precision, recall and F1 of the classes with photos, worst F1 first. */
export function shownClasses(photos: readonly { truth: number; predicted: number }[]): ClassReport[] {
  return classReports(photos)
    .filter(({ support }) => support > 0)
    .sort((a, b) => (a.f1 ?? 0) - (b.f1 ?? 0) || b.support - a.support)
}

/** The classes with the most mistakes, at most `most`, in order of their index. */
export function worstClasses(counts: Evaluation['confusions'], most: number): number[] {
  const mistakes = new Map<number, number>()
  for (const [truth, predicted, photos] of counts) {
    for (const index of [truth, predicted]) {
      mistakes.set(index, (mistakes.get(index) ?? 0) + (truth === predicted ? 0 : photos))
    }
  }
  return [...mistakes]
    .sort((a, b) => b[1] - a[1] || a[0] - b[0])
    .slice(0, most)
    .map(([index]) => index)
    .sort((a, b) => a - b)
}

function matchRows(rows: Iterable<ResultRow>, truth: GroundTruth, classes: readonly ClassNames[]) {
  const find = labelFinder(truth.kind, classes, truth.mapping)
  const index = new Map(classes.map(({ label }, at) => [label, at]))
  const matched: EvaluatedPhoto[] = []
  const unknown = new Map<string, { photos: number; reason: string; candidates: readonly number[] }>()
  let unlabelled = 0
  for (const { file, status, top_labels, score } of rows) {
    if (status !== 'ok') continue
    const word = truth.labels.get(file)
    if (word === undefined) {
      unlabelled++
      continue
    }
    const match = find(word)
    if (!('index' in match)) {
      const { photos } = unknown.get(word) ?? { photos: 0 }
      unknown.set(word, { ...match, photos: photos + 1 })
      continue
    }
    const top = top_labels.map((label) => index.get(label) ?? -1)
    const inTop5 = top.slice(0, 5).includes(match.index)
    matched.push({ file, truth: match.index, predicted: top[0] ?? -1, inTop5, score: score ?? 0 })
  }
  return { matched, unknown, unlabelled }
}
