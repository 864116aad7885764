import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Checked, checkRows, MAX_CHECKED } from '@/lib/server/jobs/check/check-rows'
import { topKOf } from '@/lib/shared/contract/top-k'
import { checkedRows } from '@/lib/shared/dataset-check/checked-rows'
import { cleanedLabels } from '@/lib/shared/dataset-check/cleaned-labels'
import { Journal } from '../classify/journal'
import { runInputs, workersFor } from '../classify/run'
import { ToFile } from '../classify/sink'
import { chooseModel } from '../models/choose-model'
import type { CommandContext } from '../program/context'
import { EXIT, Failure } from '../program/exit'
import { CheckProgress } from './check-progress'
import type { CheckOptions } from './options'
import type { Folder, Outcome } from './outcome'

const REQUEST = { ...topKOf(undefined), embedding: true, traits: true, priority: 'batch' } as const

/** Checks photos on this machine. @throws Failure; the signal's reason */
export async function checkHere(
  folder: Folder,
  options: CheckOptions,
  context: CommandContext,
  signal: AbortSignal,
): Promise<Outcome> {
  const { path, files } = folder
  if (files.length > MAX_CHECKED)
    throw new Failure(EXIT.usage, `${path} has ${files.length} photos. At most ${MAX_CHECKED} can be checked at once.`)
  const scratch = await mkdtemp(join(tmpdir(), 'vision-check-'))
  const remove = () => rm(scratch, { recursive: true, force: true })
  try {
    const { sink, multiLabel } = await classifyAll(folder, options, context, { scratch, signal })
    const checked = await checkAll(sink, folder, signal)
    return {
      report: checked.report,
      multiLabel,
      rows: () => checkedRows(sink.rows(files), checked),
      cleanedLabels: (takeSuggestions) => cleanedLabels(checked, { takeSuggestions }),
      async close() {
        sink.close()
        await remove()
      },
    }
  } catch (error) {
    await remove()
    throw error
  }
}

/** Classifies all photos. Their rows are on the disk: with embeddings, they are too large for memory. */
async function classifyAll(
  { path, files }: Folder,
  options: CheckOptions,
  context: CommandContext,
  { scratch, signal }: { scratch: string; signal: AbortSignal },
): Promise<{ sink: ToFile; multiLabel: boolean }> {
  const workers = await workersFor(files.length, options.workers, context)
  const { model, startEngine } = await chooseModel({ ...context, ...options, workers })
  const engine = await startEngine()
  try {
    const info = engine.models()[0]
    if (!info?.embedding)
      throw new Failure(EXIT.invalid, `The model ${model.id} has no embedding: ${info?.embedding_reason ?? 'unknown'}.`)
    const sink = new ToFile(new Journal(join(scratch, 'rows.part'), {}, false), () => {})
    const inputs = new Map(files.map((file) => [file, () => readFile(join(path, file))]))
    const classify = (image: Uint8Array, abort: AbortSignal) => engine.classify(image, REQUEST, abort)
    await runInputs(inputs, { classify, model }, sink, { workers, rows: true, embeddings: true }, signal)
    signal.throwIfAborted()
    return { sink, multiLabel: model.multiLabel !== null }
  } finally {
    await engine.close()
  }
}

async function checkAll(sink: ToFile, { files, known }: Folder, signal: AbortSignal): Promise<Checked> {
  const progress = new CheckProgress()
  const input = { rows: sink.rows(files), count: files.length, known }
  const checked = await checkRows(input, { signal, onProgress: (share) => progress.set(share) })
  progress.end()
  return checked
}
