import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Command, Option } from 'commander'
import { DEFAULT_TOP_K } from '@/lib/shared/contract/top-k'
import { judge } from '@/lib/shared/metrics/judge'
import { OutputLock } from '../files/output-lock'
import { labelsTable, truthOf } from '../labels/labels-file'
import type { CommandContext } from '../program/context'
import { EXIT, Failure } from '../program/exit'
import { accuracySummary } from './accuracy-summary'
import { Archives } from './archives'
import { parseCount, parseEncoding, parseScore, parseTopK } from './arguments'
import { BucketPhotos } from './bucket'
import { listInputs } from './inputs'
import { interruptedFailure, interruption, photosFailed } from './interruption'
import type { Options } from './options'
import { type Format, formatOf, writeResults } from './output'
import { runInputs, workersFor } from './run'
import { columnsOf, openSink } from './sink'
import { openSource } from './source'

/** `vision classify`: labels for photos, one row per photo. */
export function classifyCommand(program: Command, context: CommandContext): void {
  program
    .command('classify')
    .description('Classify photos and write one row per photo')
    .argument(
      '<photos...>',
      'files, folders, ZIP files, glob patterns, s3://bucket/prefix, or - to read file names from stdin',
    )
    .option('--model <model>', 'model type, id or folder (default: the default model)')
    .option(
      '--top-k <n>',
      `maximum number of labels per photo (default: ${DEFAULT_TOP_K}; for a multi-label model, all that apply)`,
      parseTopK,
    )
    .option('--threshold <score>', 'omit labels with a lower score', parseScore, 0)
    .option('--words <labels>', 'labels to choose from, with commas, for a text-image model')
    .option('--template <text>', 'what --words are put into, such as "a satellite photo of {}"')
    .option('--out <file>', 'write a .csv, .xlsx, .json, .ndjson or .parquet file (default: stdout)')
    .addOption(new Option('--format <format>', 'format on stdout').choices(['csv', 'ndjson']).default('csv'))
    .option('--labels <file>', 'file with the correct labels (CSV, JSON or XML), to report accuracy')
    .option('--file-column <name>', 'column of --labels with the photos, by name or number')
    .option('--label-column <name>', 'column of --labels with the labels, by name or number')
    .option('--resume', 'continue an interrupted run that wrote to --out')
    .option(
      '--zip-names <encoding>',
      'encoding of ZIP entry names that are not UTF-8: gbk, shift_jis, …',
      parseEncoding,
    )
    .option('--read-timeout <seconds>', 'fail a photo that cannot be read within this many seconds', parseCount, 30)
    .option('--workers <n>', 'number of worker processes (default: one per core, fewer for a few photos)', parseCount)
    .option('--server <url>', 'classify on a server instead of on this machine')
    .option('--models-dir <folder>', 'folder with the models', join(context.root, 'models'))
    .option('--data-dir <folder>', 'data folder of the server, with the custom models (default: DATA_DIR)')
    .action((photos: string[], options: Options) => classify(photos, options, context))
}

async function classify(photos: readonly string[], options: Options, context: CommandContext): Promise<void> {
  if (options.resume && options.out === undefined) throw new Failure(EXIT.usage, '--resume requires --out.')
  const format = options.out === undefined ? null : formatOf(options.out)
  const lock = options.out === undefined ? null : await OutputLock.take(options.out)
  try {
    await run(photos, options, context, { format, guard: lock?.guard ?? (() => {}) })
  } finally {
    lock?.release()
  }
}

/** `guard` throws if nothing may be written to `--out` any more. */
async function run(
  photos: readonly string[],
  options: Options,
  context: CommandContext,
  { format, guard }: { format: Format | null; guard: () => void },
): Promise<void> {
  const labels =
    options.labels === undefined ? null : { path: options.labels, table: await labelsTable(options.labels) }
  const archives = new Archives(options.zipNames, options.readTimeout)
  const inputs = await listInputs(photos, {
    stdin: process.stdin,
    buckets: new BucketPhotos(),
    archives,
    seconds: options.readTimeout,
    warn: (line) => console.error(line),
  })
  const files = [...inputs.keys()]
  const workers = await workersFor(inputs.size, options.workers, context)
  const source = await openSource(options, workers, context)
  const { signal, end } = interruption()
  try {
    const groundTruth =
      labels && (await truthOf(labels, options, { photos: files, classes: await source.classes() }, source.multiLabel))
    const judged = groundTruth && judge(groundTruth, await source.classes())
    const sink = openSink(options, source, judged, guard)
    await runInputs(inputs, source, sink, { workers, rows: options.out !== undefined }, signal)
    if (signal.aborted) throw interruptedFailure(options.out)
    if (options.out !== undefined && format !== null) {
      guard()
      const rows = judged ? map(sink.rows(files), judged) : sink.rows(files)
      await writeResults(
        rows,
        options.out,
        { format, columns: columnsOf(judged, format, source.multiLabel) },
        signal,
      ).catch((error) => {
        throw signal.aborted ? interruptedFailure(options.out) : error
      })
    }
    if (groundTruth) console.error(accuracySummary(sink.rows(files), groundTruth, await source.classes()))
    sink.close()
    if (options.out !== undefined) await rm(`${options.out}.part`)
    if (sink.failed > 0) throw photosFailed(sink.failed, files.length)
  } finally {
    end()
    archives.close()
    await source.close()
  }
}

function* map<A, B>(values: Iterable<A>, change: (value: A) => B): Generator<B> {
  for (const value of values) yield change(value)
}
