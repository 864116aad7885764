import { performance } from 'node:perf_hooks'
import { softmax } from '@/lib/shared/metrics/scores'
import { maskOf } from '../explain/masks'
import { blurredBaseline, occlude } from '../explain/occlude'
import type { MaskJob, MaskResult } from '../protocol'
import type { LoadedModel } from './session'

/** After so long a job answers with what it has, and the rest is asked for again: it may have waited for many people. */
const SLICE_MS = 1000

/**
 * A function that runs a picture under one more mask each time it is called, so that other photos run in between. It resolves to
 * null until all are done, or the time is up.
 */
export function maskSteps(
  { pixels, method, first, count, index }: MaskJob,
  { input, prepare, run, spec }: LoadedModel,
): () => Promise<MaskResult | null> {
  const baseline = blurredBaseline(pixels, input)
  const scores: number[] = []
  const start = performance.now()
  let runMs = 0
  return async () => {
    const stepStart = performance.now()
    const masked = occlude(pixels, baseline, input, maskOf(method, first + scores.length))
    const probabilities = softmax(await run(prepare(masked)), spec.temperature)
    scores.push(probabilities[index] ?? 0)
    const now = performance.now()
    runMs += now - stepStart
    return scores.length === count || now - start > SLICE_MS ? { scores: Float32Array.from(scores), runMs } : null
  }
}
