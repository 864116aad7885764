import { ClassificationCache, classifyPhoto } from '@/lib/server/jobs/classify-photo'
import { runConcurrently } from '@/lib/server/jobs/concurrency'
import type { CommandContext } from '../program/context'
import { duration, Progress } from '../program/progress'
import type { Inputs, Read } from './inputs'
import type { Sink } from './sink'
import type { Source } from './source'

/** Photos in flight per worker: enough that no worker waits for the next one. */
const IN_FLIGHT = 4

/** Starting a worker takes as long as classifying this many photos. */
const PHOTOS_PER_WORKER = 16

/** The number of workers: as requested, or one per core, but fewer for a few photos. */
export async function workersFor(
  photos: number,
  requested: number | undefined,
  { defaultWorkers }: Pick<CommandContext, 'defaultWorkers'>,
): Promise<number> {
  return requested ?? Math.min(await defaultWorkers(), Math.max(1, Math.ceil(photos / PHOTOS_PER_WORKER)))
}

export interface RunOptions {
  workers: number
  /** Whether the results have embeddings. */
  embeddings?: boolean
  /** Whether rows are written to a file. */
  rows: boolean
}

/** Classifies the photos that the sink does not have yet. Ends early, without an error, when the signal is aborted. */
export async function runInputs(
  inputs: Inputs,
  { classify, model }: Pick<Source, 'classify' | 'model'>,
  sink: Sink,
  { workers, rows, embeddings = false }: RunOptions,
  signal: AbortSignal,
): Promise<void> {
  const remaining = [...inputs].filter(([file]) => !sink.has(file))
  // If the rows go to the same terminal, they are progress enough.
  const progress =
    process.stderr.isTTY && (rows || !process.stdout.isTTY)
      ? new Progress(embeddings ? 'embed' : 'classify', inputs.size, inputs.size - remaining.length)
      : null
  const answers = new ClassificationCache(classify)
  const start = performance.now()
  async function classifyOne([file, read]: readonly [string, Read]): Promise<void> {
    const row = await classifyPhoto({ file, read }, model, answers, signal)
    sink.add(row)
    if (row.status === 'failed') console.error(`${file}: ${row.error_code}: ${row.error}`)
    progress?.add(1)
  }
  try {
    await runConcurrently(remaining, IN_FLIGHT * workers, classifyOne, signal)
  } catch (error) {
    if (!signal.aborted) throw error
  }
  progress?.end()
  if (rows && !signal.aborted) {
    const seconds = (performance.now() - start) / 1000
    const rate = remaining.length > 0 ? `, ${Math.round(remaining.length / seconds)}/s in ${duration(seconds)}` : ''
    const done = embeddings ? 'embedded' : 'classified'
    console.error(`${inputs.size - sink.failed} of ${countOf(inputs.size)} ${done} with ${model.id}${rate}`)
  }
}

function countOf(photos: number): string {
  return photos === 1 ? '1 photo' : `${photos} photos`
}
