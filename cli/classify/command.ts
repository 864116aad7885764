import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { DEFAULT_TOP_K, MAX_TOP_K } from '@/lib/shared/contract/contract'
import { zipEncodingSchema } from '@/lib/shared/contract/jobs'
import { judge } from '@/lib/shared/metrics/judge'
import { OutputLock } from '../files/output-lock'
import { labelsOf, labelsTable } from '../labels/labels-file'
import type { CommandContext } from '../program/context'
import { EXIT, Failure } from '../program/exit'
import { accuracySummary } from './accuracy-summary'
import { Archives } from './archives'
import { BucketPhotos } from './bucket'
import { listInputs } from './inputs'
import type { Options } from './options'
import { type Format, formatOf, writeResults } from './output'
import { runInputs } from './run'
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
    .option('--top-k <n>', 'maximum number of labels per photo', parseTopK, DEFAULT_TOP_K)
    .option('--threshold <score>', 'omit labels with a lower score', parseScore, 0)
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
    .action((photos: string[], options: Options) => classify(photos, options, context))
}

function parseCount(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('Enter a whole number above 0.')
  return Number(text)
}

function parseEncoding(text: string): string {
  const { success, data } = zipEncodingSchema.safeParse(text)
  if (!success) throw new InvalidArgumentError('Enter an encoding such as gbk, shift_jis, euc-kr, big5 or cp437.')
  return data
}

function parseTopK(text: string): number {
  const count = parseCount(text)
  if (count > MAX_TOP_K) throw new InvalidArgumentError(`The maximum is ${MAX_TOP_K}.`)
  return count
}

function parseScore(text: string): number {
  if (!/^(0(\.\d+)?|1(\.0+)?|\.\d+)$/.test(text)) throw new InvalidArgumentError('Enter a number from 0 to 1.')
  return Number(text)
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

/** Starting a worker takes as long as classifying this many photos. */
const PHOTOS_PER_WORKER = 16

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
  const useful = Math.max(1, Math.ceil(inputs.size / PHOTOS_PER_WORKER))
  const workers = options.workers ?? Math.min(await context.defaultWorkers(), useful)
  const source = await openSource(options, workers, context)
  const interrupted = new AbortController()
  const stop = () => interrupted.abort()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop)
  // The reader of stdout has closed it.
  process.stdout.on('error', stop)
  try {
    const groundTruth = labels && (await labelsOf(labels.path, labels.table, files, await source.classes(), options))
    const judged = groundTruth && judge(groundTruth, await source.classes())
    const sink = openSink(options, source.model, judged, guard)
    await runInputs(inputs, source, sink, { workers, rows: options.out !== undefined }, interrupted.signal)
    if (interrupted.signal.aborted) throw interruptedFailure(options)
    if (options.out !== undefined && format !== null) {
      guard()
      const rows = judged ? map(sink.rows(files), judged) : sink.rows(files)
      await writeResults(rows, options.out, { format, columns: columnsOf(judged) }, interrupted.signal).catch(
        (error) => {
          throw interrupted.signal.aborted ? interruptedFailure(options) : error
        },
      )
    }
    if (groundTruth) console.error(accuracySummary(sink.rows(files), groundTruth, await source.classes()))
    sink.close()
    if (options.out !== undefined) await rm(`${options.out}.part`)
    if (sink.failed > 0) throw photosFailed(sink.failed, files.length)
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, stop)
    archives.close()
    await source.close()
  }
}

function photosFailed(failed: number, all: number): Failure {
  return new Failure(EXIT.failed, `${failed} of ${all} ${all === 1 ? 'photo' : 'photos'} failed.`)
}

function* map<A, B>(values: Iterable<A>, change: (value: A) => B): Generator<B> {
  for (const value of values) yield change(value)
}

function interruptedFailure({ out }: Options): Failure {
  const hint = out === undefined ? '' : ` Run the same command with --resume to continue (progress is in ${out}.part).`
  return new Failure(EXIT.interrupted, `Stopped.${hint}`)
}
