import { basename, join, resolve } from 'node:path'
import type { Command } from 'commander'
import { parseCount } from '../classify/arguments'
import { chooseModel } from '../models/choose-model'
import type { CommandContext } from '../program/context'
import { EXIT, Failure } from '../program/exit'
import { classifyPhotos } from './classify-photos'
import { readDataset, readMapping } from './dataset'
import { reportFeedback } from './feedback-report'
import { readLabelSets } from './label-sets/dataset'
import { evaluateSets } from './label-sets/evaluate'
import { makeReport } from './report'
import { writeReport } from './report-files'
import { summary } from './report-summary'
import { runPhoto } from './run'

interface Options {
  labels?: string
  fileColumn?: string
  labelColumn?: string
  map?: string
  model?: string
  modelsDir: string
  dataDir?: string
  out?: string
  workers?: number
  name?: string
  chooseThresholds?: boolean
  json?: boolean
  feedback?: string
  token?: string
}

/** `vision eval`: evaluates a model on labeled photos. */
export function evalCommand(program: Command, { root, maxPixels, defaultWorkers }: CommandContext): void {
  program
    .command('eval')
    .description('Measure accuracy, calibration and confusions of a model on labeled photos')
    .argument('[folder]', 'folder with photos and a labels file, or with one subfolder per label')
    .option('--labels <file>', 'labels file, if it is not in the folder (CSV, JSON or XML)')
    .option('--file-column <name>', 'column of the labels file with the photos, by name or number')
    .option('--label-column <name>', 'column of the labels file with the labels, by name or number')
    .option('--map <csv>', 'CSV that maps your labels (column 1) to labels of the model (column 2)')
    .option('--model <model>', 'model type, id or folder (default: the default model)')
    .option('--models-dir <folder>', 'folder with the models', join(root, 'models'))
    .option('--data-dir <folder>', 'data folder of the server, with the custom models (default: DATA_DIR)')
    .option('--out <folder>', 'folder for the report (default: vision-eval/<photos>-<model>)')
    .option('--workers <n>', 'number of worker processes (default: one per core)', parseCount)
    .option('--name <text>', 'name of the dataset in the report (default: the folder name)')
    .option(
      '--choose-thresholds',
      'for models of which several labels may apply: choose the thresholds with the largest F1 on these photos',
    )
    .option(
      '--feedback <location>',
      'evaluate visitor feedback instead of photos: a folder, an exported file, s3://bucket or a server URL',
    )
    .option('--token <token>', 'ADMIN_TOKEN of the server given to --feedback')
    .option('--json', 'print only the report, as JSON')
    .action(async (folder: string | undefined, options: Options) => {
      const { feedback, token, json = false } = options
      if (feedback !== undefined) return reportFeedback(feedback, { json, token })
      if (folder === undefined) throw new Failure(EXIT.usage, 'Specify a folder of photos, or use --feedback.')
      const workers = options.workers ?? (await defaultWorkers())
      await evaluate(folder, { ...options, root, workers, maxPixels })
    })
}

type Evaluation = Options & { root: string; workers: number; maxPixels: number }

async function evaluate(folder: string, options: Evaluation): Promise<void> {
  const { model, startEngine } = await chooseModel(options)
  const { multiLabel } = model
  if (options.chooseThresholds && multiLabel === null)
    throw new Failure(
      EXIT.usage,
      `--choose-thresholds is for models of which several labels may apply. ${model.id} gives one.`,
    )
  // Before the engine starts: a mistake in the labels is reported at once.
  const mapping = options.map ? await readMapping(options.map) : undefined
  const about = {
    command: `vision eval ${basename(resolve(folder))}${options.model ? ` --model ${options.model}` : ''}`,
    dataset: options.name ?? basename(resolve(folder)),
  }
  const out = options.out ?? join('vision-eval', `${basename(resolve(folder))}-${model.id}`)
  const run = { folder, out, model, workers: options.workers, startEngine }
  const json = options.json ?? false
  if (multiLabel !== null) {
    const dataset = await readLabelSets(folder, options, model.classes, mapping)
    return evaluateSets(dataset, about, { ...run, multiLabel, json, choose: options.chooseThresholds ?? false })
  }
  const dataset = await readDataset(folder, options, model.classes, mapping)
  const { temperature, activation, rule, background } = model
  const scoring = { temperature: temperature ?? 1, activation, rule, background }
  const { entries, seconds, perSecond } = await classifyPhotos(dataset.photos, run, {
    run: (engine, photo) => runPhoto(engine, photo, scoring),
    isDone: (entry, { truth }) => 'top' in entry && entry.truth === truth,
  })
  const evaluated = { ...model, labels: model.classes.map(({ label }) => label) }
  const report = makeReport(evaluated, entries, dataset, { ...about, labels: dataset.labels, perSecond })
  writeReport(out, report, entries, evaluated)
  console.log(json ? JSON.stringify(report, null, 2) : summary(report, evaluated.labels.length, out, seconds))
}
