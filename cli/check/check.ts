import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Checked, checkRows, MAX_CHECKED } from '@/lib/server/jobs/check/check-rows'
import { checkedRows } from '@/lib/shared/dataset-check/checked-rows'
import { cleanedLabels } from '@/lib/shared/dataset-check/cleaned-labels'
import type { KnownLabels } from '@/lib/shared/dataset-check/known-labels'
import { interruptedFailure, interruption } from '../classify/interruption'
import { Journal } from '../classify/journal'
import { runInputs, workersFor } from '../classify/run'
import { ToFile } from '../classify/sink'
import { listPhotos } from '../eval/find-files'
import { wholeFile, writePieces } from '../files/write-file'
import { chooseModel } from '../models/choose-model'
import type { CommandContext } from '../program/context'
import { EXIT, Failure } from '../program/exit'
import { Progress } from '../program/progress'
import { knownLabels } from './known-labels'
import type { CheckOptions } from './options'
import { outputOf } from './output'
import { reportText } from './report-text'

const REQUEST = { topK: 5, embedding: true, traits: true, priority: 'batch' } as const

/** Checks the photos of a folder and prints the report. @throws Failure */
export async function checkFolder(folder: string, options: CheckOptions, context: CommandContext): Promise<void> {
  const write = options.out === undefined ? null : outputOf(options.out)
  const files = await listPhotos(folder)
  if (files.length === 0) throw new Failure(EXIT.notFound, `No photos found in ${folder}.`)
  if (files.length > MAX_CHECKED)
    throw new Failure(
      EXIT.usage,
      `${folder} has ${files.length} photos. At most ${MAX_CHECKED} can be checked at once.`,
    )
  const known = await knownLabels(folder, files, options)
  const scratch = await mkdtemp(join(tmpdir(), 'vision-check-'))
  const { signal, end } = interruption()
  try {
    const rows = await classifyAll(folder, files, options, context, { scratch, signal })
    const checked = await checkAll(rows, files, known, signal)
    if (options.json) console.log(JSON.stringify(checked.report, null, 2))
    else console.log(reportText(checked.report, files.length))
    const all = () => checkedRows(rows.rows(files), checked)
    if (write) await write(all(), signal)
    if (options.cleanedLabels !== undefined) {
      const lines = cleanedLabels(checked, { takeSuggestions: options.takeSuggestions ?? false })
      await wholeFile(options.cleanedLabels, (temporary) => writePieces(lines, temporary, signal))
    }
    rows.close()
  } catch (error) {
    throw signal.aborted ? interruptedFailure(undefined) : error
  } finally {
    end()
    await rm(scratch, { recursive: true, force: true })
  }
}

/** Classifies all photos. Their rows are on the disk: with embeddings, they are too large for memory. */
async function classifyAll(
  folder: string,
  files: readonly string[],
  options: CheckOptions,
  context: CommandContext,
  { scratch, signal }: { scratch: string; signal: AbortSignal },
): Promise<ToFile> {
  const workers = await workersFor(files.length, options.workers, context)
  const { model, startEngine } = await chooseModel({ ...context, ...options, workers })
  const engine = await startEngine()
  try {
    const info = engine.models()[0]
    if (!info?.embedding)
      throw new Failure(EXIT.invalid, `The model ${model.id} has no embedding: ${info?.embedding_reason ?? 'unknown'}.`)
    const sink = new ToFile(new Journal(join(scratch, 'rows.part'), {}, false), () => {})
    const inputs = new Map(files.map((file) => [file, () => readFile(join(folder, file))]))
    const classify = (image: Uint8Array, abort: AbortSignal) => engine.classify(image, REQUEST, abort)
    await runInputs(inputs, { classify, model }, sink, { workers, rows: true, embeddings: true }, signal)
    signal.throwIfAborted()
    return sink
  } finally {
    await engine.close()
  }
}

async function checkAll(
  sink: ToFile,
  files: readonly string[],
  known: KnownLabels,
  signal: AbortSignal,
): Promise<Checked> {
  const progress = new Progress('check', 1, 0, null)
  let shown = 0
  const onProgress = (done: number) => {
    progress.add(done - shown)
    shown = done
  }
  const checked = await checkRows({ rows: sink.rows(files), count: files.length, known }, { signal, onProgress })
  progress.end()
  return checked
}
