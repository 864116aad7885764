import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Papa from 'papaparse'
import { classReports, confusions } from '@/lib/shared/metrics/classification'
import { confusionMatrix, reliabilityDiagram } from './charts'
import type { Entry } from './journal'
import type { Evaluated, Report } from './report'

/** Writes the report, its charts and its tables into a folder. */
export function writeReport(
  out: string,
  report: Report,
  entries: readonly Entry[],
  { title, labels }: Evaluated,
): void {
  const answered = entries.filter((entry) => 'top' in entry)
  const outcomes = answered.map(({ truth, top }) => ({ truth, predicted: top[0]?.[0] ?? -1 }))
  const label = (index: number) => labels[index] ?? String(index)
  const write = (name: string, content: string) => writeFileSync(join(out, name), content)
  write('report.json', `${JSON.stringify(report, null, 2)}\n`)
  write('reliability.svg', reliabilityDiagram(report.reliability, `${title}: confidence and accuracy`))
  write('confusion.svg', confusionMatrix(outcomes, labels, `${title}: confusions`))
  const pairs = confusions(outcomes).map(([truth, predicted, photos]) => ({
    truth: label(truth),
    predicted: label(predicted),
    photos,
  }))
  write('confusion.csv', `${Papa.unparse(pairs)}\n`)
  const classes = classReports(outcomes).map(({ index, ...rest }) => ({ index, label: label(index), ...rest }))
  write('classes.csv', `${Papa.unparse(classes)}\n`)
  const photos = answered.map(({ file, truth, top, uncertain }) => ({
    file,
    label: label(truth),
    answer: label(top[0]?.[0] ?? -1),
    score: top[0]?.[1],
    right: top[0]?.[0] === truth,
    uncertain,
  }))
  write('photos.csv', `${Papa.unparse(photos)}\n`)
}
