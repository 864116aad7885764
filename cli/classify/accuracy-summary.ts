import type { MatchedLabels } from '@/lib/shared/labels-file/match-labels'
import { evaluate, hasTop5 } from '@/lib/shared/metrics/evaluation'
import type { ClassNames } from '@/lib/shared/metrics/label-matcher'
import type { ResultRow } from '@/lib/shared/results/columns'
import { ROW_ERRORS } from '../labels/row-errors'
import { table } from '../program/progress'

const WORST_CLASSES = 5

/** A readable accuracy summary. */
export function accuracySummary(
  rows: Iterable<ResultRow>,
  groundTruth: MatchedLabels,
  classes: readonly ClassNames[],
): string {
  const { photos, top1, top1_interval, top5, classes: reports, unknown } = evaluate(rows, groundTruth, classes)
  const [low, high] = top1_interval
  const worst = reports
    .filter(({ f1 }) => (f1 ?? 0) < 1)
    .slice(0, WORST_CLASSES)
    .map(({ index, support, precision, recall, f1 }) => [
      classes[index]?.label ?? String(index),
      String(support),
      ...[precision, recall, f1].map((share) => (share === null ? '–' : percent(share))),
    ])
  const lines =
    photos.length === 0
      ? ['No photo has a label that is known to the model.']
      : [
          `top-1  ${percent(top1)} of ${photos.length} labeled photos (95% interval: ${percent(low)} to ${percent(high)})`,
          ...(hasTop5(classes.length) ? [`top-5  ${percent(top5)}`] : []),
        ]
  if (worst.length > 0) lines.push(table(['label', 'photos', 'precision', 'recall', 'F1'], worst))
  lines.push(...groundTruth.bad.map(({ line, reason }) => `line ${line}  ${ROW_ERRORS[reason]}`))
  lines.push(...unknown.map(({ word, reason }) => `unknown label  ${word}: ${reason}`))
  return lines.join('\n')
}

const percent = (share: number) => `${(100 * share).toFixed(1)}%`
