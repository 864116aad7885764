import { duration, table } from '../../program/progress'
import type { LabelSetsReport } from './report'

const WORST_LABELS = 10
const MAX_ROWS = 20

const percent = (share: number | null) => (share === null ? '–' : `${(100 * share).toFixed(1)}%`)

/** The readable report. */
export function labelSetsSummary(
  report: LabelSetsReport,
  { out, isCustom }: { out: string; isCustom: boolean },
  seconds: number,
): string {
  const { model, map, micro_f1, macro_f1, exact, ece, uncertain, images, errors, images_per_second: rate } = report
  const interval = report.map_interval ? ` (95% interval: ${report.map_interval.map(percent).join(' to ')})` : ''
  return [
    `${model.title} (${model.id}), several labels a photo, ${model.calibrated ? 'calibrated' : 'not calibrated'}`,
    '',
    `mAP          ${percent(map)}${interval}, the mean of the labels’ average precision`,
    `F1           ${percent(micro_f1)} over all labels (micro), ${percent(macro_f1)} as the mean of labels (macro)`,
    `all right    ${percent(exact)} of the photos have exactly their labels`,
    `ECE          ${percent(ece)} over the scores of all labels`,
    `uncertain    ${percent(uncertain)} of the results are close to a threshold`,
    `photos       ${images}${rate === null ? ', all evaluated earlier' : `, ${rate.toFixed(0)}/s in ${duration(seconds)}`}`,
    ...(errors > 0 ? [`skipped      ${errors}`] : []),
    '',
    ...weakest(report),
    ...chosen(report, out, isCustom),
    ...unknown(report),
    ...skipped(report),
    `Report and tables: ${out}`,
  ].join('\n')
}

function weakest({ classes }: LabelSetsReport): string[] {
  const rows = classes
    .slice(0, WORST_LABELS)
    .map(({ label, support, average_precision, precision, recall, f1, threshold }) => [
      label,
      String(support),
      ...[average_precision, precision, recall, f1].map(percent),
      threshold.toFixed(2),
    ])
  return ['Weakest labels', table(['label', 'photos', 'AP', 'precision', 'recall', 'F1', 'threshold'], rows), '']
}

function chosen({ chosen: found, model }: LabelSetsReport, out: string, isCustom: boolean): string[] {
  if (found === null) return []
  return [
    `Thresholds chosen on these photos for the largest F1: ${out}/thresholds.json`,
    `  With thresholds that other photos of this data set choose, F1 is ${percent(found.micro_f1)} (micro) and ${percent(found.macro_f1)} (macro).`,
    isCustom
      ? `  A custom model chooses its thresholds when it learns: vision train <folder> --add ${model.id}`
      : '  To use them, put the list into config.json of the model as vision.thresholds.',
    '',
  ]
}

function unknown({ unmatched }: LabelSetsReport): string[] {
  if (unmatched.length === 0) return []
  const lines = unmatched.map(({ label, photos, reason }) => {
    return `  ${label} (${photos} ${photos === 1 ? 'photo' : 'photos'}): ${reason}`
  })
  return ['Labels unknown to the model', ...lines, '']
}

function skipped({ skipped: all }: LabelSetsReport): string[] {
  if (all.length === 0) return []
  const rest = all.length > MAX_ROWS ? [`  and ${all.length - MAX_ROWS} more in report.json`] : []
  const lines = all.slice(0, MAX_ROWS).map(({ file, reason }) => `  ${file}: ${reason}`)
  return ['Photos that were not evaluated', ...lines, ...rest, '']
}
