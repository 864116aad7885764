import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Papa from 'papaparse'
import { joinedLabels } from '@/lib/shared/labels-file/table'
import { isSelected } from '@/lib/shared/metrics/multi-label'
import type { EvaluatedSets, LabelSetsReport, SetEntry } from './report'

/** Writes the report and its tables into a folder. */
export function writeLabelSetsReport(
  out: string,
  report: LabelSetsReport,
  entries: readonly SetEntry[],
  model: EvaluatedSets,
): void {
  const write = (name: string, content: string) => writeFileSync(join(out, name), content)
  const namesOf = (indices: readonly number[]) => joinedLabels(indices.map((index) => model.labels[index] ?? ''))
  write('report.json', `${JSON.stringify(report, null, 2)}\n`)
  write('classes.csv', `${Papa.unparse(report.classes)}\n`)
  const photos = entries.flatMap((entry) => {
    if (!('scores' in entry)) return []
    const selected = [...entry.scores.keys()].filter((at) => isSelected(entry.scores[at] ?? 0, at, model))
    const right = selected.join() === entry.truth.join()
    const { file, truth, uncertain } = entry
    return [{ file, labels: namesOf(truth), selected: namesOf(selected), right, uncertain }]
  })
  write('photos.csv', `${Papa.unparse(photos)}\n`)
  if (report.chosen) write('thresholds.json', `${JSON.stringify(report.chosen.thresholds)}\n`)
}
