import type { ClassReport } from '@/lib/shared/metrics/classification'
import { type Evaluation, evaluate, hasTop5 } from '@/lib/shared/metrics/evaluation'
import type { ClassNames } from '@/lib/shared/metrics/label-matcher'
import { evaluateSets } from '@/lib/shared/metrics/set-evaluation'
import type { ResultRow } from '@/lib/shared/results/columns'
import type { KnownTruth } from '../labels/labels-file'
import { ROW_ERRORS } from '../labels/row-errors'
import { table } from '../program/progress'

const WORST_CLASSES = 5

/** A readable accuracy summary. */
export function accuracySummary(
  rows: Iterable<ResultRow>,
  groundTruth: KnownTruth,
  classes: readonly ClassNames[],
): string {
  const { photos, figures, reports, unknown } = (groundTruth.several ? setFigures : figuresOf)(
    rows,
    groundTruth,
    classes,
  )
  const lines = photos === 0 ? ['No photo has a label that is known to the model.'] : figures
  const worst = worstRows(reports, classes)
  if (worst.length > 0) lines.push(table(['label', 'photos', 'precision', 'recall', 'F1'], worst))
  lines.push(...groundTruth.bad.map(({ line, reason }) => `line ${line}  ${ROW_ERRORS[reason]}`))
  lines.push(...unknown.map(({ word, reason }) => `unknown label  ${word}: ${reason}`))
  return lines.join('\n')
}

interface Figures {
  photos: number
  figures: string[]
  reports: readonly ClassReport[]
  unknown: Evaluation['unknown']
}

function figuresOf(rows: Iterable<ResultRow>, truth: KnownTruth, classes: readonly ClassNames[]): Figures {
  const { photos, top1, top1_interval, top5, classes: reports, unknown } = evaluate(rows, truth, classes)
  const figures = [
    `top-1  ${percent(top1)} of ${photos.length} labeled photos (${interval(top1_interval)})`,
    ...(hasTop5(classes.length) ? [`top-5  ${percent(top5)}`] : []),
  ]
  return { photos: photos.length, figures, reports, unknown }
}

function setFigures(rows: Iterable<ResultRow>, truth: KnownTruth, classes: readonly ClassNames[]): Figures {
  const { photos, unknown, classes: reports, ...found } = evaluateSets(rows, truth, classes)
  const { exact, exact_interval, micro_f1, macro_f1, map } = found
  const figures = [
    `all right  ${percent(exact)} of ${photos.length} labeled photos have exactly their labels (${interval(exact_interval)})`,
    `F1         ${percent(micro_f1)} over all labels (micro), ${percent(macro_f1)} as the mean of labels (macro)`,
    map === null
      ? 'mAP        needs the scores of all labels, which these results don’t have: vision eval measures it'
      : `mAP        ${percent(map)}, the mean of the labels’ average precision`,
  ]
  return { photos: photos.length, figures, reports, unknown }
}

function worstRows(reports: readonly ClassReport[], classes: readonly ClassNames[]): string[][] {
  return reports
    .filter(({ f1 }) => (f1 ?? 0) < 1)
    .slice(0, WORST_CLASSES)
    .map(({ index, support, precision, recall, f1 }) => [
      classes[index]?.label ?? String(index),
      String(support),
      ...[precision, recall, f1].map((share) => (share === null ? '–' : percent(share))),
    ])
}

const interval = ([low, high]: readonly [number, number]) => `95% interval: ${percent(low)} to ${percent(high)}`

const percent = (share: number) => `${(100 * share).toFixed(1)}%`
