import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { DEFAULT_TOP_K } from '@/lib/shared/contract'
import { EXIT, Failure } from '../exit'
import { labelsOf, labelsTable } from '../labels'
import type { Surroundings } from '../surroundings'
import { BucketPhotos } from './bucket'
import { listInputs } from './inputs'
import type { Options } from './options'
import { formatOf, writeResults } from './output'
import { runInputs } from './run'
import { openSink } from './sink'
import { openSource } from './source'
import { accuracySummary } from './truth'

/** `vision classify`: labels for photos, a row a photo. */
export function classifyCommand(program: Command, surroundings: Surroundings): void {
  program
    .command('classify')
    .description('classify photos: files, folders, places of a bucket, patterns, or with - the names on stdin')
    .argument('<photos...>', 'files, folders, s3://bucket/prefix, patterns, or - for names on stdin, one a line')
    .option('--model <model>', 'type, id, or a model folder (the default model)')
    .option('--top-k <n>', 'labels a photo at most', wholeNumber, DEFAULT_TOP_K)
    .option('--threshold <score>', 'leave out labels with a lower score', share, 0)
    .option('--out <file>', 'write .csv, .json, .ndjson or .parquet; else to stdout as photos are done')
    .addOption(new Option('--format <format>', 'of stdout').choices(['csv', 'ndjson']).default('csv'))
    .option('--labels <file>', 'what the photos show (CSV, JSON or XML): say how many answers are right')
    .option('--file-column <name>', 'the column of the photos in --labels, by name or number')
    .option('--label-column <name>', 'the column of the labels, by name or number')
    .option('--resume', 'go on with an --out that was interrupted')
    .option('--workers <n>', 'run on so many cores (all)', wholeNumber)
    .option('--server <url>', 'ask a server instead of running here')
    .option('--models-dir <folder>', 'where the models are', join(surroundings.root, 'models'))
    .action((photos: string[], options: Options) => classify(photos, options, surroundings))
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('It is not a whole number above 0.')
  return Number(text)
}

function share(text: string): number {
  if (!/^(0(\.\d+)?|1(\.0+)?|\.\d+)$/.test(text)) throw new InvalidArgumentError('It is not a number from 0 to 1.')
  return Number(text)
}

async function classify(photos: readonly string[], options: Options, surroundings: Surroundings): Promise<void> {
  const format = options.out === undefined ? null : formatOf(options.out)
  if (options.resume && options.out === undefined) throw new Failure(EXIT.usage, '--resume needs --out.')
  const labels =
    options.labels === undefined ? null : { path: options.labels, table: await labelsTable(options.labels) }
  const buckets = new BucketPhotos()
  const inputs = await listInputs(photos, process.stdin, buckets)
  const read = (file: string, signal: AbortSignal) =>
    BucketPhotos.names(file) ? buckets.read(file, signal) : readFile(file)
  const workers = options.workers ?? (await surroundings.defaultWorkers())
  const source = await openSource(options, workers, surroundings)
  const interrupted = new AbortController()
  const stop = () => interrupted.abort()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop)
  // Whoever reads our stdout has seen enough.
  process.stdout.on('error', stop)
  try {
    const truth = labels && (await labelsOf(labels.path, labels.table, inputs, await source.classes(), options))
    const sink = openSink(options, source.model, truth !== null)
    await runInputs(inputs, source, sink, { workers, rows: options.out !== undefined, read }, interrupted.signal)
    if (interrupted.signal.aborted) throw stopped(options)
    if (options.out !== undefined && format !== null) await writeResults(sink.rows(inputs), options.out, format)
    if (truth) console.error(accuracySummary(sink.rows(inputs), truth, await source.classes()))
    sink.close()
    if (options.out !== undefined) await rm(`${options.out}.part`)
    if (sink.failed > 0) throw new Failure(EXIT.failed, `${sink.failed} of ${inputs.length} photos have no answer.`)
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, stop)
    await source.close()
  }
}

function stopped({ out }: Options): Failure {
  const hint = out === undefined ? '' : ` The same command with --resume goes on (${out}.part).`
  return new Failure(EXIT.interrupted, `Stopped.${hint}`)
}
