import { mkdirSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import type { Command } from 'commander'
import { examples } from '@/lib/shared/labels-file/summary'
import { parseCount } from '../classify/arguments'
import { OutputLock } from '../files/output-lock'
import { chooseModel } from '../models/choose-model'
import type { CommandContext } from '../program/context'
import { EXIT, Failure } from '../program/exit'
import { Progress } from '../program/progress'
import { readDataset, readMapping } from './dataset'
import { reportFeedback } from './feedback-report'
import { type Entry, Journal } from './journal'
import { makeReport } from './report'
import { writeReport } from './report-files'
import { summary } from './report-summary'
import { runPhotos } from './run'

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
  // Before the engine starts: a mistake in the labels is reported at once.
  const mapping = options.map ? await readMapping(options.map) : undefined
  const dataset = await readDataset(folder, options, model.classes, mapping)
  const engine = await startEngine()
  const interrupted = new AbortController()
  const onSignal = () => interrupted.abort()
  process.once('SIGINT', onSignal)
  let lock: OutputLock | undefined
  try {
    const out = options.out ?? join('vision-eval', `${basename(resolve(folder))}-${model.id}`)
    mkdirSync(out, { recursive: true })
    lock = await OutputLock.take(join(out, 'photos.jsonl'))
    const identity = {
      model: model.id,
      revision: model.revision,
      temperature: model.temperature,
      folder: resolve(folder),
    }
    const journal = new Journal(join(out, 'photos.jsonl'), identity)
    const remaining = dataset.photos.filter(({ file, truth }) => !isEvaluated(journal.entries.get(file), truth))
    const progress = new Progress('eval', dataset.photos.length, dataset.photos.length - remaining.length)
    const start = performance.now()
    const runOptions = {
      workers: options.workers,
      temperature: model.temperature ?? 1,
      activation: model.activation,
      rule: model.rule,
      background: model.background,
    }
    const done = (entry: Entry) => {
      lock?.guard()
      journal.add(entry)
      progress.add(1)
    }
    await runPhotos(engine, remaining, runOptions, done, interrupted.signal)
    const seconds = (performance.now() - start) / 1000
    progress.end()
    if (interrupted.signal.aborted) {
      throw new Failure(EXIT.interrupted, `Stopped. Run the same command to continue (progress is in ${out}).`)
    }
    const entries = dataset.photos.flatMap(({ file }) => journal.entries.get(file) ?? [])
    requireAnswers(entries)
    const evaluated = { ...model, labels: model.classes.map(({ label }) => label) }
    const report = makeReport(evaluated, entries, dataset, {
      command: `vision eval ${basename(resolve(folder))}${options.model ? ` --model ${options.model}` : ''}`,
      dataset: options.name ?? basename(resolve(folder)),
      labels: dataset.labels,
      perSecond: remaining.length > 0 ? remaining.length / seconds : null,
    })
    writeReport(out, report, entries, evaluated)
    console.log(options.json ? JSON.stringify(report, null, 2) : summary(report, evaluated.labels.length, out, seconds))
  } finally {
    lock?.release()
    process.off('SIGINT', onSignal)
    await engine.close()
  }
}

/** Metrics over no photos would look like real metrics. */
function requireAnswers(entries: readonly Entry[]): void {
  const failed = entries.flatMap((entry) => ('error' in entry ? [`${entry.file}: ${entry.error}`] : []))
  if (failed.length < entries.length) {
    if (failed.length > 0)
      console.error(`warning: ${failed.length} of ${entries.length} photos could not be classified`)
    return
  }
  throw new Failure(EXIT.failed, `No photo could be evaluated. ${examples(failed)}`)
}

/** A failed photo is retried, and so is one whose label has changed. */
function isEvaluated(entry: Entry | undefined, truth: number): boolean {
  return entry !== undefined && 'top' in entry && entry.truth === truth
}
