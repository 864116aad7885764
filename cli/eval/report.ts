import {
  type Bin,
  bootstrap,
  ECE_BINS,
  ECE_BINS_WIDE,
  ece,
  equalWidthBins,
  expectedCalibrationError,
  type Interval,
  perfectBand,
  reliability,
} from '@/lib/shared/metrics/calibration'
import { type ClassReport, confusions, wilson } from '@/lib/shared/metrics/classification'
import { shownClasses } from '@/lib/shared/metrics/evaluation'
import type { Dataset, SkippedPhoto } from './dataset'
import type { Entry } from './journal'

/** The evaluated model. */
export interface Evaluated {
  id: string
  title: string
  revision: string
  temperature: number | null
  labels: readonly string[]
}

/** The output of `vision eval --json`. Shares are fractions from 0 to 1. */
export interface Report {
  /** The command that printed it, and the name of the dataset. */
  command: string
  dataset: string
  /** How the labels file was interpreted; null for a folder with one subfolder per label. */
  labels: string | null
  model: Omit<Evaluated, 'labels'> & { calibrated: boolean }
  /** Number of classified photos. */
  images: number
  /** Number of rows and photos that were not evaluated. */
  errors: number
  top1: number
  top1_interval: Interval
  top5: number
  mean_confidence: number
  /** Expected calibration error in 5 bins of equal mass, with its bootstrap interval. */
  ece: number
  ece_interval: Interval
  /** The range that contains 95% of perfectly calibrated models with these scores. */
  ece_of_perfect: Interval
  /** In 15 bins of equal width, as in the literature. With few photos, even a perfect model shows a few percent. */
  ece_15: number
  /** Mean negative log-likelihood of the correct label. */
  nll: number
  brier: number
  /** Share of uncertain predictions, and the accuracy among them. */
  uncertain: number
  uncertain_top1: number | null
  images_per_second: number | null
  reliability: Bin[]
  /** Classes in the dataset, worst F1 first. */
  classes: (ClassReport & { label: string; mistakes: Mistake[] })[]
  /** The most frequent mistakes. */
  confusions: { truth: string; predicted: string; photos: number }[]
  unmatched: Dataset['unmatched']
  skipped: SkippedPhoto[]
}

/** A misclassified photo. */
interface Mistake {
  file: string
  answer: string
  score: number
}

type Answered = Exclude<Entry, { error: string }>

const MISTAKES = 30

/** Summarizes the results of all photos. */
export function makeReport(
  model: Evaluated,
  entries: readonly Entry[],
  { skipped, unmatched }: Pick<Dataset, 'skipped' | 'unmatched'>,
  { perSecond, ...about }: { perSecond: number | null; command: string; dataset: string; labels: string | null },
): Report {
  const answered = entries.filter((entry): entry is Answered => 'top' in entry)
  const failed = entries.flatMap((entry) => ('error' in entry ? [{ file: entry.file, reason: entry.error }] : []))
  const share = (holds: (entry: Answered) => boolean) => mean(answered.map((entry) => Number(holds(entry))))
  const scored = answered.map((entry) => ({ score: entry.top[0]?.[1] ?? 0, right: isRight(entry) }))
  const outcomes = answered.map(({ truth, top }) => ({ truth, predicted: top[0]?.[0] ?? -1 }))
  const uncertainEntries = answered.filter(({ uncertain }) => uncertain)
  const { labels, ...rest } = model
  const label = (index: number) => labels[index] ?? String(index)
  return {
    ...about,
    model: { ...rest, calibrated: model.temperature !== null },
    images: answered.length,
    errors: failed.length + skipped.length,
    top1: share(isRight),
    top1_interval: wilson(answered.filter(isRight).length, answered.length),
    top5: share(({ truth, top }) => top.some(([index]) => index === truth)),
    mean_confidence: mean(scored.map(({ score }) => score)),
    ece: ece(scored, ECE_BINS),
    ece_interval: bootstrap(scored, (some) => ece(some, ECE_BINS)),
    ece_of_perfect: perfectBand(scored),
    ece_15: expectedCalibrationError(equalWidthBins(scored, ECE_BINS_WIDE)),
    nll: mean(answered.map(({ right }) => -Math.log(Math.max(right, 1e-12)))),
    brier: mean(answered.map(({ brier }) => brier)),
    uncertain: share(({ uncertain }) => uncertain),
    uncertain_top1: uncertainEntries.length > 0 ? mean(uncertainEntries.map((entry) => Number(isRight(entry)))) : null,
    images_per_second: perSecond,
    reliability: reliability(scored),
    classes: shownClasses(outcomes).map((report) => ({
      ...report,
      label: label(report.index),
      mistakes: mistakesOf(answered, report.index, label),
    })),
    confusions: confusions(outcomes)
      .filter(([truth, predicted]) => truth !== predicted)
      .sort((a, b) => b[2] - a[2])
      .slice(0, MISTAKES)
      .map(([truth, predicted, photos]) => ({ truth: label(truth), predicted: label(predicted), photos })),
    unmatched,
    skipped: [...skipped, ...failed],
  }
}

function mistakesOf(answered: readonly Answered[], index: number, label: (index: number) => string): Mistake[] {
  return answered
    .filter((entry) => entry.truth === index && !isRight(entry))
    .map(({ file, top }) => ({ file, answer: label(top[0]?.[0] ?? -1), score: top[0]?.[1] ?? 0 }))
}

function isRight({ truth, top }: Answered): boolean {
  return top[0]?.[0] === truth
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length
}
