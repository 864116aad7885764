import type { Evaluation } from '@/lib/shared/training/folder/evaluation'
import { table } from '../program/progress'

const MAX_ROWS = 10

type MultiLabel = NonNullable<Evaluation['multi_label']>

/** With the files of the photos of this run. */
export interface LabelSetsResult extends Omit<MultiLabel, 'doubtful'> {
  doubtful: readonly (MultiLabel['doubtful'][number] & { file: string | null })[]
}

const percent = (share: number | null) => (share === null ? '–' : `${(100 * share).toFixed(1)}%`)

/** The interval of the mAP, if there is one: reports of earlier versions have none. */
function betweenOf({ map_interval }: NonNullable<LabelSetsResult['report']>): string {
  return map_interval ? ` (95% interval: ${map_interval.map(percent).join(' to ')})` : ''
}

/** The figures of all labels together. */
export function multiLabelLines({ report }: LabelSetsResult): string[] {
  if (report === null) return ['mAP          unknown: the photos are copies of one']
  return [
    `mAP          ${percent(report.map)}${betweenOf(report)}, by cross-validation on ${report.photos} photos`,
    `F1           ${percent(report.micro_f1)} over all labels (micro), ${percent(report.macro_f1)} as the mean of labels (macro)`,
    `all right    ${percent(report.exact)} of the photos have exactly their labels`,
  ]
}

/** The figures of the labels with the smallest F1. */
export function labelTable({ report }: LabelSetsResult, labels: readonly string[]): string[] {
  if (report === null) return []
  const rows = report.classes
    .slice(0, MAX_ROWS)
    .map(({ index, support, average_precision, precision, recall, f1, threshold }) => [
      labels[index] ?? '',
      String(support),
      ...[average_precision, precision, recall, f1].map(percent),
      threshold.toFixed(2),
    ])
  return ['Weakest labels', table(['label', 'photos', 'AP', 'precision', 'recall', 'F1', 'threshold'], rows), '']
}

/** Labels that look wrong or seem to be missing. */
export function doubtful({ doubtful: found }: LabelSetsResult): string[] {
  if (found.length === 0) return []
  const lines = found
    .slice(0, MAX_ROWS)
    .map(
      ({ file, sha256, label, has, score }) =>
        `  ${file ?? `${sha256.slice(0, 12)}…`} ${has ? 'is labeled' : 'isn’t labeled'} ${label}, which has a score of ${percent(score)}`,
    )
  return ['Labels that may be wrong or missing', ...lines, '']
}
