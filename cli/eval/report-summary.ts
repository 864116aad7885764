import { hasTop5 } from '@/lib/shared/metrics/evaluation'
import { duration, table } from '../program/progress'
import type { Report } from './report'

const WORST_CLASSES = 10

const percent = (share: number) => `${(100 * share).toFixed(1)}%`
const between = ([low, high]: readonly [number, number]) => `${(100 * low).toFixed(1)} to ${percent(high)}`

/** The readable report. */
export function summary(report: Report, labels: number, out: string, seconds: number): string {
  const { top1, top5, ece, mean_confidence, images, errors, images_per_second: rate } = report
  const lines = [
    `${report.model.title} (${report.model.id}), ${report.model.calibrated ? `calibrated, temperature ${report.model.temperature}` : 'not calibrated'}`,
    '',
    `top-1        ${percent(top1)} (95% interval: ${between(report.top1_interval)})`,
    ...(hasTop5(labels) ? [`top-5        ${percent(top5)}`] : []),
    `confidence   ${percent(mean_confidence)} on average`,
    `ECE          ${percent(ece)} (95% interval: ${between(report.ece_interval)}; a perfectly calibrated model: ${between(report.ece_of_perfect)})`,
    `uncertain    ${percent(report.uncertain)} of the predictions${report.uncertain_top1 === null ? '' : `, of which ${percent(report.uncertain_top1)} are correct`}`,
    `photos       ${images}${rate === null ? ', all evaluated earlier' : `, ${rate.toFixed(0)}/s in ${duration(seconds)}`}`,
    ...(errors > 0 ? [`skipped      ${errors}`] : []),
    '',
    'Weakest labels',
    table(
      ['label', 'photos', 'precision', 'recall', 'F1', 'mistakes'],
      report.classes.slice(0, WORST_CLASSES).map((one) => [
        one.label,
        String(one.support),
        ...[one.precision, one.recall, one.f1].map((share) => (share === null ? '–' : percent(share))),
        one.mistakes
          .map(({ file, answer }) => `${file} as ${answer}`)
          .slice(0, 2)
          .join(', '),
      ]),
    ),
    '',
  ]
  if (report.unmatched.length > 0) {
    lines.push('Labels unknown to the model')
    lines.push(
      ...report.unmatched.map(
        ({ label, photos, reason }) => `  ${label} (${photos} ${photos === 1 ? 'photo' : 'photos'}): ${reason}`,
      ),
      '',
    )
  }
  const rest = report.skipped.filter(({ reason }) => !reason.startsWith('label "'))
  if (rest.length > 0) {
    lines.push('Photos that were not evaluated')
    lines.push(...rest.slice(0, 20).map(({ file, reason }) => `  ${file}: ${reason}`))
    if (rest.length > 20) lines.push(`  and ${rest.length - 20} more in report.json`)
    lines.push('')
  }
  lines.push(`Report, charts and tables: ${out}`)
  return lines.join('\n')
}
