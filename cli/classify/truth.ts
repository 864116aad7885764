import type { MatchedLabels } from '@/lib/shared/labels-file/match-labels'
import { evaluate, hasTop5 } from '@/lib/shared/metrics/evaluation'
import type { ClassNames } from '@/lib/shared/metrics/label-matcher'
import type { ResultRow } from '@/lib/shared/results/columns'
import { BAD_LINE } from '../labels/line-problems'
import { table } from '../program/progress'

const WORST = 5

/** How many answers are right, for people. */
export function accuracySummary(
  rows: Iterable<ResultRow>,
  truth: MatchedLabels,
  classes: readonly ClassNames[],
): string {
  const { photos, top1, top1_interval, top5, classes: reports, unknown } = evaluate(rows, truth, classes)
  const [low, high] = top1_interval
  const worst = reports
    .filter(({ f1 }) => (f1 ?? 0) < 1)
    .slice(0, WORST)
    .map(({ index, support, precision, recall, f1 }) => [
      classes[index]?.label ?? String(index),
      String(support),
      ...[precision, recall, f1].map((share) => (share === null ? '–' : percent(share))),
    ])
  const lines =
    photos.length === 0
      ? ['No photo has a label that the model knows.']
      : [
          `top-1  ${percent(top1)} of ${photos.length} labelled photos (95 %: ${percent(low)} to ${percent(high)})`,
          ...(hasTop5(classes.length) ? [`top-5  ${percent(top5)}`] : []),
        ]
  if (worst.length > 0) lines.push(table(['class', 'photos', 'precision', 'recall', 'F1'], worst))
  lines.push(...truth.bad.map(({ line, reason }) => `line ${line}  ${BAD_LINE[reason]}`))
  lines.push(...unknown.map(({ word, reason }) => `no such class  ${word}: ${reason}`))
  return lines.join('\n')
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`
