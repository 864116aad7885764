import { readFile } from 'node:fs/promises'
import type { Engine } from '@/lib/server/engine/types'
import { activate } from '@/lib/shared/metrics/activation'
import type { MultiLabelRule } from '@/lib/shared/metrics/multi-label'
import { multiLabelUncertainty } from '@/lib/shared/metrics/uncertainty'
import { classifyPhotos, type EvaluationRun } from '../classify-photos'
import { reasonOf } from '../run'
import type { LabeledSetPhoto, LabelSetsDataset } from './dataset'
import { makeLabelSetsReport, type SetEntry } from './report'
import { labelSetsSummary } from './summary'
import { writeLabelSetsReport } from './write'

interface Options extends EvaluationRun {
  multiLabel: MultiLabelRule
  /** Whether to choose thresholds on these photos. */
  choose: boolean
  json: boolean
}

/** Evaluates a model of which several labels may apply, and prints and writes the report. @throws Failure */
export async function evaluateSets(
  dataset: LabelSetsDataset,
  about: { command: string; dataset: string },
  options: Options,
): Promise<void> {
  const { model, out, multiLabel, choose, json } = options
  const { entries, seconds, perSecond } = await classifyPhotos(dataset.photos, options, {
    run: (engine, photo) => scorePhoto(engine, photo, options),
    isDone: (entry: SetEntry, { truth }) => 'scores' in entry && entry.truth.join() === truth.join(),
  })
  const labels = model.classes.map(({ label }) => label)
  const evaluated = { ...model, labels, thresholds: multiLabel.thresholds }
  const details = { ...about, labels: dataset.labels, perSecond, choose }
  const report = makeLabelSetsReport(evaluated, entries, dataset, details)
  writeLabelSetsReport(out, report, entries, evaluated)
  console.log(
    json ? JSON.stringify(report, null, 2) : labelSetsSummary(report, { out, isCustom: model.base !== null }, seconds),
  )
}

async function scorePhoto(
  engine: Engine,
  { file, path, truth }: LabeledSetPhoto,
  { model: { temperature, activation, rule }, multiLabel }: Options,
): Promise<SetEntry> {
  try {
    const logits = await engine.logits(await readFile(path), { priority: 'batch' })
    const scores = activate(logits, temperature ?? 1, activation)
    return { file, truth, scores: [...scores], uncertain: multiLabelUncertainty(scores, multiLabel, rule) !== null }
  } catch (error) {
    return { file, error: reasonOf(error) }
  }
}
