import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from 'commander'
import { unitLength } from '@/lib/server/embeddings/vector'
import { Archives } from '../classify/archives'
import { parseCount, parseEncoding } from '../classify/arguments'
import { BucketPhotos } from '../classify/bucket'
import { listInputs } from '../classify/inputs'
import { interruptedFailure, interruption, photosFailed } from '../classify/interruption'
import { Journal } from '../classify/journal'
import { runInputs, workersFor } from '../classify/run'
import { ToFile } from '../classify/sink'
import { OutputLock } from '../files/output-lock'
import { chooseModel } from '../models/choose-model'
import type { CommandContext } from '../program/context'
import { EXIT, Failure } from '../program/exit'
import { formatOf, writeEmbeddings } from './output'

interface Options {
  model?: string
  out: string
  normalize?: boolean
  resume?: boolean
  workers?: number
  modelsDir: string
  dataDir?: string
  zipNames?: string
  /** In seconds. */
  readTimeout: number
}

/** `vision embed`: embeddings of photos, the input of the model's last layer. */
export function embedCommand(program: Command, context: CommandContext): void {
  program
    .command('embed')
    .description('Write the embeddings of photos, the features that a model computes its scores from')
    .argument(
      '<photos...>',
      'files, folders, ZIP files, glob patterns, s3://bucket/prefix, or - to read file names from stdin',
    )
    .requiredOption('--out <file>', 'write a .parquet, .npy or .ndjson file')
    .option('--model <model>', 'model type, id or folder (default: the default model)')
    .option('--normalize', 'divide each embedding by its Euclidean (L2) length')
    .option('--resume', 'continue an interrupted run')
    .option(
      '--zip-names <encoding>',
      'encoding of ZIP entry names that are not UTF-8: gbk, shift_jis, …',
      parseEncoding,
    )
    .option('--read-timeout <seconds>', 'fail a photo that cannot be read within this many seconds', parseCount, 30)
    .option('--workers <n>', 'number of worker processes (default: one per core, fewer for a few photos)', parseCount)
    .option('--models-dir <folder>', 'folder with the models', join(context.root, 'models'))
    .option('--data-dir <folder>', 'data folder of the server, with the custom models (default: DATA_DIR)')
    .action((photos: string[], options: Options) => embed(photos, options, context))
}

async function embed(photos: readonly string[], options: Options, context: CommandContext): Promise<void> {
  formatOf(options.out)
  const lock = await OutputLock.take(options.out)
  try {
    await run(photos, options, context, lock.guard)
  } finally {
    lock.release()
  }
}

/** `guard` throws if nothing may be written to `--out` any more. */
async function run(photos: readonly string[], options: Options, context: CommandContext, guard: () => void) {
  const { out, normalize, resume = false, readTimeout } = options
  const archives = new Archives(options.zipNames, readTimeout)
  const warn = (line: string) => console.error(line)
  const listing = { stdin: process.stdin, buckets: new BucketPhotos(), archives, seconds: readTimeout, warn }
  const inputs = await listInputs(photos, listing)
  const workers = await workersFor(inputs.size, options.workers, context)
  const source = await openSource(options, workers, context)
  const { signal, end } = interruption()
  try {
    const sink = new ToFile(new Journal(`${out}.part`, { ...source.model, embeddings: true }, resume), guard)
    await runInputs(inputs, source, sink, { workers, rows: true, embeddings: true }, signal)
    if (signal.aborted) throw interruptedFailure(out)
    guard()
    const files = [...inputs.keys()]
    const change = normalize ? unitLength : (embedding: Float32Array) => embedding
    const file = { path: out, format: formatOf(out), dimensions: source.dimensions, change }
    await writeEmbeddings(() => sink.rows(files), file, signal).catch((error) => {
      throw signal.aborted ? interruptedFailure(out) : error
    })
    sink.close()
    await rm(`${out}.part`)
    if (sink.failed > 0) throw photosFailed(sink.failed, files.length)
  } finally {
    end()
    archives.close()
    await source.close()
  }
}

/** Starts an engine with the model. @throws Failure if it has no embedding */
async function openSource(options: Options, workers: number, { root, maxPixels }: CommandContext) {
  const { model, startEngine } = await chooseModel({ ...options, root, workers, maxPixels })
  const engine = await startEngine()
  const info = engine.models()[0]
  if (!info?.embedding) {
    await engine.close()
    throw new Failure(EXIT.invalid, `The model ${model.id} has no embedding: ${info?.embedding_reason ?? 'unknown'}.`)
  }
  const request = { topK: 1, embedding: true, priority: 'batch' } as const
  return {
    model: { id: model.id, revision: model.revision },
    dimensions: info.embedding.dimensions,
    classify: (image: Uint8Array, signal: AbortSignal) => engine.classify(image, request, signal),
    close: () => engine.close(),
  }
}
