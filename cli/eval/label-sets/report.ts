import type { Interval } from '@/lib/shared/metrics/calibration'
import { type LabelScores, type MultiLabelMetrics, multiLabelMetrics } from '@/lib/shared/metrics/label-metrics'
import { mapInterval } from '@/lib/shared/metrics/map-interval'
import { sixDigits } from '@/lib/shared/metrics/scores'
import { crossThresholds, decisionEce } from '@/lib/shared/training/multi-label/report'
import { chooseThresholds } from '@/lib/shared/training/multi-label/thresholds'
import type { Dataset, SkippedPhoto } from '../dataset'
import type { Evaluated } from '../report'

/** The result for one photo. */
export type SetEntry =
  | {
      file: string
      /** Indices of the labels that it has. */
      truth: number[]
      /** Calibrated probability of each label. */
      scores: number[]
      uncertain: boolean
    }
  | { file: string; error: string }

type Answered = Exclude<SetEntry, { error: string }>

export interface EvaluatedSets extends Evaluated {
  thresholds: readonly number[]
}

/** The output of `vision eval --json` for a model of which several labels may apply. Shares are from 0 to 1. */
export interface LabelSetsReport extends Omit<MultiLabelMetrics, 'classes'> {
  /** The command that printed it, and the name of the dataset. */
  command: string
  dataset: string
  /** How the labels file was interpreted; null for a folder with one subfolder per label. */
  labels: string | null
  model: Pick<Evaluated, 'id' | 'title' | 'revision' | 'temperature'> & { calibrated: boolean }
  /** Number of classified photos. */
  images: number
  /** The 95 % interval of `map`; null with few photos. */
  map_interval: Interval | null
  /** Number of rows and photos that were not evaluated. */
  errors: number
  /** Expected calibration error of the scores of all labels. */
  ece: number
  /** Share of uncertain results, apart from the likeness to training photos. */
  uncertain: number
  images_per_second: number | null
  /** Labels that photos have or that were selected, worst F1 first. */
  classes: (MultiLabelMetrics['classes'][number] & { label: string })[]
  /** Thresholds chosen on these photos; null unless wanted. */
  chosen: ChosenThresholds | null
  unmatched: Dataset['unmatched']
  skipped: SkippedPhoto[]
}

interface ChosenThresholds {
  /** In the order of the labels, for `vision.thresholds` in `config.json`. */
  thresholds: number[]
  /** F1 to expect on other photos: each fifth of the photos with the thresholds that the others choose. */
  micro_f1: number
  macro_f1: number
}

const FOLDS = 5

/** Summarizes the results of all photos. */
export function makeLabelSetsReport(
  model: EvaluatedSets,
  entries: readonly SetEntry[],
  { skipped, unmatched }: Pick<Dataset, 'skipped' | 'unmatched'>,
  {
    perSecond,
    choose,
    ...about
  }: { perSecond: number | null; choose: boolean; command: string; dataset: string; labels: string | null },
): LabelSetsReport {
  const answered = entries.filter((entry): entry is Answered => 'scores' in entry)
  const failed = entries.flatMap((entry) => ('error' in entry ? [{ file: entry.file, reason: entry.error }] : []))
  const known = scoresOf(answered, model.labels.length)
  const { classes, ...figures } = multiLabelMetrics(known, model.thresholds)
  const { id, title, revision, temperature, labels } = model
  return {
    ...about,
    model: { id, title, revision, temperature, calibrated: temperature !== null },
    images: answered.length,
    errors: failed.length + skipped.length,
    ...figures,
    map_interval: mapInterval(known),
    ece: decisionEce(known),
    uncertain: answered.filter(({ uncertain }) => uncertain).length / Math.max(1, answered.length),
    images_per_second: perSecond,
    classes: classes
      .map((one) => ({ ...one, label: labels[one.index] ?? String(one.index) }))
      .sort((a, b) => (a.f1 ?? 0) - (b.f1 ?? 0) || b.support - a.support),
    chosen: choose ? chosenOn(known) : null,
    unmatched,
    skipped: [...skipped, ...failed],
  }
}

function scoresOf(answered: readonly Answered[], labels: number): LabelScores {
  const truth = new Uint8Array(answered.length * labels)
  for (const [row, photo] of answered.entries()) for (const label of photo.truth) truth[row * labels + label] = 1
  return { labels, scores: Float64Array.from(answered.flatMap(({ scores }) => scores)), truth }
}

function chosenOn(known: LabelScores): ChosenThresholds {
  const fold = Int32Array.from({ length: known.scores.length / known.labels }, (_, photo) => photo % FOLDS)
  const { micro_f1, macro_f1 } = multiLabelMetrics(known, crossThresholds(known, fold))
  return { thresholds: chooseThresholds(known).map(sixDigits), micro_f1, macro_f1 }
}
