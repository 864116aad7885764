import { ClassificationCache, classifyPhoto } from '@/lib/server/jobs/classify-photo'
import { runConcurrently } from '@/lib/server/jobs/concurrency'
import { duration, Progress } from '../program/progress'
import type { Inputs, Read } from './inputs'
import type { Sink } from './sink'
import type { Source } from './source'

/** Photos in flight per worker: enough that no worker waits for the next one. */
const IN_FLIGHT = 4

export interface RunOptions {
  workers: number
  /** Whether rows are written to a file. */
  rows: boolean
}

/** Classifies the photos that the sink does not have yet. Ends early, without an error, when the signal is aborted. */
export async function runInputs(
  inputs: Inputs,
  { classify, model }: Source,
  sink: Sink,
  { workers, rows }: RunOptions,
  signal: AbortSignal,
): Promise<void> {
  const remaining = [...inputs].filter(([file]) => !sink.has(file))
  // If the rows go to the same terminal, they are progress enough.
  const progress =
    process.stderr.isTTY && (rows || !process.stdout.isTTY)
      ? new Progress('classify', inputs.size, inputs.size - remaining.length)
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
    const photos = inputs.size === 1 ? 'photo' : 'photos'
    console.error(`${inputs.size - sink.failed} of ${inputs.size} ${photos} classified with ${model.id}${rate}`)
  }
}
