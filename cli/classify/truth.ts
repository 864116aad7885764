import { readFile } from 'node:fs/promises'
import Papa from 'papaparse'
import { classReports, wilson } from '@/lib/shared/metrics/classification'
import type { ResultRow } from '@/lib/shared/results'
import { type ClassNames, labelMatcher } from '../eval/matcher'
import { EXIT, Failure } from '../exit'
import { table } from '../terminal'

const WORST = 5

/**
 * What the photos show, by file: the columns file and label of a CSV.
 *
 * @throws Failure where there is no such file, or it has other columns
 */
export async function readTruth(path: string): Promise<Map<string, string>> {
  const text = await readFile(path, 'utf8').catch(() => {
    throw new Failure(EXIT.notFound, `There is no file ${path}.`)
  })
  const { data, meta } = Papa.parse<Record<string, string>>(text, {
    header: true,
    skipEmptyLines: 'greedy',
    transformHeader: (name) => name.trim().toLowerCase(),
  })
  if (!meta.fields?.includes('file') || !meta.fields.includes('label')) {
    throw new Failure(EXIT.invalid, `${path} needs the columns file and label; it has: ${meta.fields?.join(', ')}.`)
  }
  return new Map(data.flatMap(({ file, label }) => (file && label ? [[file.trim(), label.trim()] as const] : [])))
}

/** How many answers are right, for people. Files are matched by the name in the results, else by its end. */
export function accuracySummary(
  rows: Iterable<ResultRow>,
  truth: ReadonlyMap<string, string>,
  classes: readonly ClassNames[],
): string {
  const find = labelMatcher(classes)
  const index = new Map(classes.map(({ label }, at) => [label, at]))
  const outcomes: { truth: number; predicted: number }[] = []
  const unknown = new Set<string>()
  let top5 = 0
  for (const row of rows) {
    const word = wanted(truth, row.file)
    if (row.status !== 'ok' || word === undefined) continue
    const match = find(word)
    if (!('index' in match)) {
      unknown.add(`${word}: ${match.reason}`)
      continue
    }
    const top = row.top_labels.map((label) => index.get(label) ?? -1)
    if (top.slice(0, 5).includes(match.index)) top5++
    outcomes.push({ truth: match.index, predicted: top[0] ?? -1 })
  }
  if (outcomes.length === 0) return 'No photo has a label that the model knows.'
  return report(outcomes, top5, classes) + [...unknown].map((line) => `\nno such class  ${line}`).join('')
}

function report(
  outcomes: readonly { truth: number; predicted: number }[],
  top5: number,
  classes: readonly ClassNames[],
): string {
  const right = outcomes.filter(({ truth, predicted }) => truth === predicted).length
  const [low, high] = wilson(right, outcomes.length)
  const worst = classReports(outcomes)
    .filter(({ support, f1 }) => support > 0 && (f1 ?? 0) < 1)
    .sort((a, b) => (a.f1 ?? 0) - (b.f1 ?? 0))
    .slice(0, WORST)
  const rows = worst.map(({ index, support, precision, recall, f1 }) => [
    classes[index]?.label ?? String(index),
    String(support),
    ...[precision, recall, f1].map((share) => (share === null ? '–' : percent(share))),
  ])
  return [
    `top-1  ${percent(right / outcomes.length)} of ${outcomes.length} labelled photos (95 %: ${percent(low)} to ${percent(high)})`,
    `top-5  ${percent(top5 / outcomes.length)}`,
    ...(rows.length > 0 ? [table(['class', 'photos', 'precision', 'recall', 'F1'], rows)] : []),
  ].join('\n')
}

function wanted(truth: ReadonlyMap<string, string>, file: string): string | undefined {
  for (let name = file; ; name = name.slice(name.indexOf('/') + 1)) {
    const label = truth.get(name)
    if (label !== undefined || !name.includes('/')) return label
  }
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`
