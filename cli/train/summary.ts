import type { SkippedPhoto } from '@/lib/server/custom-models/collect-photos'
import type { Evaluation } from '@/lib/shared/training/folder/evaluation'
import { table } from '../program/progress'
import { doubtful, type LabelSetsResult, labelTable, multiLabelLines } from './summary-multi-label'
import type { TestResult } from './test-head'

const MAX_ROWS = 10

const percent = (share: number) => `${(100 * share).toFixed(1)}%`
const between = ([low, high]: readonly [number, number]) => `${(100 * low).toFixed(1)} to ${percent(high)}`

/** With the files of the photos of this run. */
interface Result extends Omit<Evaluation, 'suspicious' | 'copies' | 'multi_label'> {
  suspicious: readonly (Evaluation['suspicious'][number] & { file: string | null })[]
  copies: readonly (Evaluation['copies'][number] & { files: readonly string[] })[]
  multi_label?: LabelSetsResult | undefined
  id: string
  base: string
  test: TestResult | null
  skipped: readonly SkippedPhoto[]
}

/** The readable report of a training. */
export function summary(result: Result, commandName: string): string {
  const { id, base, labels, examples, test, skipped, multi_label } = result
  return [
    `${id}, on ${base}`,
    '',
    ...(multi_label ? multiLabelLines(multi_label) : [accuracyLine(result)]),
    ...(test ? [testLine(test)] : []),
    `labels       ${labels.length}`,
    `photos       ${examples}`,
    ...(skipped.length > 0 ? [`skipped      ${skipped.length}`] : []),
    '',
    ...(multi_label ? labelTable(multi_label, labels) : weakest(result)),
    ...tooFew(result),
    ...mixedUp(result),
    ...suspicious(result),
    ...(multi_label ? doubtful(multi_label) : []),
    ...severalLabels(result),
    ...skippedLines(skipped),
    `To classify with it, run ${commandName} classify --model ${id} <photos>, or POST /api/classify?model=${id}`,
  ].join('\n')
}

function accuracyLine({ report, examples }: Result): string {
  if (report === null)
    return `accuracy     unknown: ${examples === 0 ? 'made from words, without photos' : 'every label has photos of one thing only'}`
  return `accuracy     ${percent(report.top1)} (95% interval: ${between(report.top1_interval)}), by cross-validation on ${report.photos} photos`
}

function testLine(test: TestResult): string {
  const { photos, unknown } = test
  const others = unknown > 0 ? `; ${unknown} have other labels` : ''
  if ('map' in test)
    return `test         mAP ${percent(test.map)}${test.map_interval ? ` (95% interval: ${between(test.map_interval)})` : ''}, micro F1 ${percent(test.micro_f1)}, macro F1 ${percent(test.macro_f1)} on ${photos} photos that it never saw${others}`
  const { top1, top1_interval } = test
  return `test         ${percent(top1)} (95% interval: ${between(top1_interval)}) on ${photos} photos that it never saw${others}`
}

function weakest({ labels, report }: Result): string[] {
  if (report === null) return []
  const rows = report.classes
    .slice(0, MAX_ROWS)
    .map(({ index, support, precision, recall }) => [
      labels[index] ?? '',
      String(support),
      ...[precision, recall].map((share) => (share === null ? '–' : percent(share))),
    ])
  return ['Weakest labels', table(['label', 'photos', 'precision', 'recall'], rows), '']
}

/** Labels of which no photo could be held out. */
function tooFew({ needs, report, multi_label }: Result): string[] {
  const found = report === null && !multi_label?.report ? [] : needs.filter(({ recall }) => recall === null)
  if (found.length === 0) return []
  const lines = found.slice(0, MAX_ROWS).map(({ label, photos }) => `  ${label}, ${photos}`)
  return ['Labels with too few different photos to measure', ...lines, '']
}

function mixedUp({ labels, report }: Result): string[] {
  const mistakes = (report?.confusions ?? [])
    .filter(([truth, predicted]) => truth !== predicted)
    .sort((a, b) => b[2] - a[2])
    .slice(0, MAX_ROWS)
  if (mistakes.length === 0) return []
  const lines = mistakes.map(([truth, predicted, photos]) => `  ${labels[truth]} → ${labels[predicted]}, ${photos}`)
  return ['Most frequent mistakes', ...lines, '']
}

function suspicious({ suspicious: found }: Result): string[] {
  if (found.length === 0) return []
  const lines = found
    .slice(0, MAX_ROWS)
    .map(
      ({ file, sha256, label, looks_like }) =>
        `  ${file ?? `${sha256.slice(0, 12)}…`} is labeled ${label} but looks like ${looks_like}`,
    )
  return ['Photos that may have the wrong label', ...lines, '']
}

function severalLabels({ copies, multi_label }: Result): string[] {
  const found = copies.filter(({ labels }) => labels.length > (multi_label ? 0 : 1))
  if (found.length === 0) return []
  const lines = found
    .slice(0, MAX_ROWS)
    .map(({ files, sha256, labels }) => `  ${files.join(', ') || `${sha256[0]?.slice(0, 12)}…`}: ${labels.join(', ')}`)
  return [multi_label ? 'Copies with different labels' : 'Same photos with several labels', ...lines, '']
}

function skippedLines(skipped: readonly SkippedPhoto[]): string[] {
  if (skipped.length === 0) return []
  const lines = skipped.slice(0, MAX_ROWS).map(({ file, detail }) => `  ${file}: ${detail}`)
  return ['Photos that were not used', ...lines, '']
}
