import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { DEFAULT_TOP_K, MAX_TOP_K } from '@/lib/shared/contract/contract'
import { zipEncodingSchema } from '@/lib/shared/contract/jobs'
import { OutputLock } from '../files/output-lock'
import { labelsOf, labelsTable } from '../labels/labels-file'
import type { CommandContext } from '../program/context'
import { EXIT, Failure } from '../program/exit'
import { Archives } from './archives'
import { BucketPhotos } from './bucket'
import { listInputs } from './inputs'
import type { Options } from './options'
import { type Format, formatOf, writeResults } from './output'
import { runInputs } from './run'
import { openSink } from './sink'
import { openSource } from './source'
import { accuracySummary } from './truth'

/** `vision classify`: labels for photos, a row a photo. */
export function classifyCommand(program: Command, context: CommandContext): void {
  program
    .command('classify')
    .description('classify photos: files, folders, ZIPs, places of a bucket, patterns, or with - the names on stdin')
    .argument('<photos...>', 'files, folders, ZIPs, s3://bucket/prefix, patterns, or - for names on stdin, one a line')
    .option('--model <model>', 'type, id, or a model folder (the default model)')
    .option('--top-k <n>', 'labels a photo at most', labelCount, DEFAULT_TOP_K)
    .option('--threshold <score>', 'leave out labels with a lower score', share, 0)
    .option('--out <file>', 'write .csv, .xlsx, .json, .ndjson or .parquet; else to stdout as photos are done')
    .addOption(new Option('--format <format>', 'of stdout').choices(['csv', 'ndjson']).default('csv'))
    .option('--labels <file>', 'what the photos show (CSV, JSON or XML): say how many answers are right')
    .option('--file-column <name>', 'the column of the photos in --labels, by name or number')
    .option('--label-column <name>', 'the column of the labels, by name or number')
    .option('--resume', 'go on with an --out that was interrupted')
    .option('--zip-names <encoding>', 'of names in a ZIP that do not say theirs: gbk, shift_jis, …', zipEncoding)
    .option('--read-timeout <s>', 'a photo that the disk does not give in so many seconds fails', wholeNumber, 30)
    .option('--workers <n>', 'run on so many cores (all)', wholeNumber)
    .option('--server <url>', 'ask a server instead of running here')
    .option('--models-dir <folder>', 'where the models are', join(context.root, 'models'))
    .action((photos: string[], options: Options) => classify(photos, options, context))
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('It is not a whole number above 0.')
  return Number(text)
}

function zipEncoding(text: string): string {
  const { success, data } = zipEncodingSchema.safeParse(text)
  if (!success) throw new InvalidArgumentError('It is no encoding, such as gbk, shift_jis, euc-kr, big5 or cp437.')
  return data
}

function labelCount(text: string): number {
  const count = wholeNumber(text)
  if (count > MAX_TOP_K) throw new InvalidArgumentError(`It is more than ${MAX_TOP_K}.`)
  return count
}

function share(text: string): number {
  if (!/^(0(\.\d+)?|1(\.0+)?|\.\d+)$/.test(text)) throw new InvalidArgumentError('It is not a number from 0 to 1.')
  return Number(text)
}

async function classify(photos: readonly string[], options: Options, context: CommandContext): Promise<void> {
  if (options.resume && options.out === undefined) throw new Failure(EXIT.usage, '--resume needs --out.')
  const format = options.out === undefined ? null : formatOf(options.out)
  const lock = options.out === undefined ? null : await OutputLock.take(options.out)
  try {
    await run(photos, options, context, { format, guard: lock?.guard ?? (() => {}) })
  } finally {
    lock?.release()
  }
}

/** `guard` throws where nothing may be written to `--out` any more. */
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
    say: (line) => console.error(line),
  })
  const files = [...inputs.keys()]
  const workers = options.workers ?? (await context.defaultWorkers())
  const source = await openSource(options, workers, context)
  const interrupted = new AbortController()
  const stop = () => interrupted.abort()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop)
  // Whoever reads our stdout has seen enough.
  process.stdout.on('error', stop)
  try {
    const truth = labels && (await labelsOf(labels.path, labels.table, files, await source.classes(), options))
    const sink = openSink(options, source.model, truth !== null, guard)
    await runInputs(inputs, source, sink, { workers, rows: options.out !== undefined }, interrupted.signal)
    if (interrupted.signal.aborted) throw stopped(options)
    if (options.out !== undefined && format !== null) {
      guard()
      await writeResults(sink.rows(files), options.out, format, interrupted.signal).catch((error) => {
        throw interrupted.signal.aborted ? stopped(options) : error
      })
    }
    if (truth) console.error(accuracySummary(sink.rows(files), truth, await source.classes()))
    sink.close()
    if (options.out !== undefined) await rm(`${options.out}.part`)
    if (sink.failed > 0) throw new Failure(EXIT.failed, `${sink.failed} of ${files.length} photos have no answer.`)
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, stop)
    archives.close()
    await source.close()
  }
}

function stopped({ out }: Options): Failure {
  const hint = out === undefined ? '' : ` The same command with --resume goes on (${out}.part).`
  return new Failure(EXIT.interrupted, `Stopped.${hint}`)
}
