import { readFile } from 'node:fs/promises'
import { createEngine } from '@/lib/server/engine/engine'
import type { EngineOptions } from '@/lib/server/engine/engine-options'
import type { Engine } from '@/lib/server/engine/types'
import { type Activation, activate } from '@/lib/shared/metrics/activation'
import { topK } from '@/lib/shared/metrics/scores'
import { type UncertaintyRule, uncertainty } from '@/lib/shared/metrics/uncertainty'
import { Problem } from '@/lib/shared/problems/problem'
import type { LabelledPhoto } from './dataset'
import type { Entry } from './journal'

/** Photos in flight per worker: enough that no worker waits for the next one. */
const IN_FLIGHT = 4
const TOP_K = 5

export type Rule = UncertaintyRule | null

/** How logits become scores, and which are uncertain. */
interface ScoreOptions {
  temperature: number
  activation: Activation
  rule: Rule
  /** The output that stands for none of the labels; null if there is none. */
  background: number | null
}

/** An engine for batch work: no deadline that a slow model could miss, and a queue for everything in flight. */
export async function batchEngine(
  options: Pick<EngineOptions, 'catalog' | 'workerScript' | 'workers' | 'maxPixels'>,
): ReturnType<typeof createEngine> {
  const engine = await createEngine({
    ...options,
    workerTimeoutMs: 120_000,
    workerMaxBytes: 4e9,
    deadlineMs: 600_000,
    queue: { photos: 10_000, bytes: 1e12 },
    log: { info() {}, warn() {}, error() {} },
  })
  await engine.settled()
  return engine
}

/** Runs photos in parallel and passes each result on. Stops after those in flight when the signal is aborted. */
export async function runPhotos<P, E>(
  photos: readonly P[],
  workers: number,
  run: (photo: P) => Promise<E>,
  onResult: (entry: E) => void,
  signal: AbortSignal,
): Promise<void> {
  let next = 0
  async function lane(): Promise<void> {
    for (let photo = photos[next++]; photo && !signal.aborted; photo = photos[next++]) onResult(await run(photo))
  }
  await Promise.all(Array.from({ length: IN_FLIGHT * workers }, lane))
}

/** The result of a photo of which one label is right. */
export async function runPhoto(
  engine: Engine,
  { file, path, truth }: LabelledPhoto,
  { temperature, activation, rule, background }: ScoreOptions,
): Promise<Entry> {
  try {
    const logits = await engine.logits(await readFile(path), { priority: 'batch' })
    const scores = activate(logits, temperature, activation)
    const top = topK(scores, TOP_K, background)
    const isBackground = background !== null && (scores[background] ?? 0) > (top[0]?.score ?? 0)
    const right = scores[truth] ?? 0
    return {
      file,
      truth,
      top: top.map(({ index, score }) => [index, score]),
      right,
      brier: scores.reduce((sum, score) => sum + score * score, 0) - 2 * right + 1,
      uncertain: isBackground || uncertainty(logits, [top[0]?.score ?? 0, top[1]?.score ?? 0], rule) !== null,
    }
  } catch (error) {
    return { file, error: reasonOf(error) }
  }
}

/** Why a photo couldn't be classified, in one line. */
export function reasonOf(error: unknown): string {
  return error instanceof Problem ? `${error.code}: ${error.detail}` : (error as Error).message
}
