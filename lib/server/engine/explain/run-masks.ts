import { setTimeout as sleep } from 'node:timers/promises'
import type { ExplainMethod } from '@/lib/shared/contract/explain'
import { Importance } from '@/lib/shared/explain/importance'
import { maskCount, maskOf } from '@/lib/shared/explain/masks'
import { activate } from '@/lib/shared/metrics/activation'
import { topK } from '@/lib/shared/metrics/scores'
import { Problem } from '@/lib/shared/problems/problem'
import type { Model } from '../model'
import type { MaskJob, MaskResult, PhotoResult } from '../protocol'

/** The result: index and score of the label on the whole photo, the importance map, and the cost. */
export interface Attribution {
  index: number
  score: number
  values: number[]
  runs: number
  runMs: number
}

interface ExplanationTarget {
  model: Model
  /** Contains the logits and the pixels. */
  result: PhotoResult
  /** Index of the output to explain; the best one if undefined. */
  index: number | undefined
  method: ExplainMethod
}

/** Masks, and the output whose scores they get. */
export type ScoredMasks = Pick<MaskJob, 'pixels' | 'method' | 'first' | 'count'> & { index: number }

interface RunContext {
  /** Resolves to the scores of the output `index`. */
  masks(job: ScoredMasks): Promise<Pick<MaskResult, 'scores' | 'runMs'>>
  /** Number of jobs in flight. */
  concurrency: number
  onProgress: ((done: number, of: number) => void) | undefined
  signal: AbortSignal
}

/** Masks per job: about 0.1 s, for smooth progress and quick cancellation. */
const MASKS_PER_JOB = 16
/** Delay before retrying when the queue is full. */
const QUEUE_RETRY_MS = 100

/** Runs a photo under all masks of a method on several workers, and combines the scores. */
export async function runMasks(
  { model, result, index, method }: ExplanationTarget,
  context: RunContext,
): Promise<Attribution> {
  const scores = activate(result.logits ?? new Float32Array(), model.temperature ?? 1, model.activation)
  const explained = index ?? topK(scores, 1, model.background)[0]?.index ?? 0
  const count = maskCount(method)
  const importance = new Importance()
  const scoreByMask: (number | undefined)[] = []
  const job = { pixels: result.input ?? new Uint8Array(), method, index: explained }
  let [scheduled, done, added, runMs] = [0, 0, 0, result.runMs]

  async function runRange(first: number, size: number): Promise<void> {
    for (let at = first; at < first + size; ) {
      const part = await retryWhileQueueFull(
        () => context.masks({ ...job, first: at, count: first + size - at }),
        context.signal,
      )
      for (const [i, score] of part.scores.entries()) scoreByMask[at + i] = score
      // Add in mask order, whichever worker finishes first, so that floating-point sums are reproducible.
      for (let next = scoreByMask[added]; next !== undefined; next = scoreByMask[added])
        importance.add(maskOf(method, added++), next)
      at += part.scores.length
      done += part.scores.length
      runMs += part.runMs
      context.onProgress?.(done, count)
    }
  }
  async function lane(): Promise<void> {
    while (scheduled < count) {
      const first = scheduled
      scheduled += MASKS_PER_JOB
      await runRange(first, Math.min(MASKS_PER_JOB, count - first))
    }
  }
  await Promise.all(Array.from({ length: context.concurrency }, lane)).catch((error) => {
    // The remaining masks are no longer needed.
    scheduled = count
    throw error
  })
  return { index: explained, score: scores[explained] ?? 0, values: importance.map(), runs: count + 1, runMs }
}

/** Explanations have the lowest priority, so they wait while the queue is full. */
async function retryWhileQueueFull<T>(call: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (;;) {
    try {
      return await call()
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'queue_full') throw error
      await sleep(QUEUE_RETRY_MS, undefined, { signal }).catch(() => signal.throwIfAborted())
    }
  }
}
