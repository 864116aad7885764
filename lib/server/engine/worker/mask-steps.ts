import { performance } from 'node:perf_hooks'
import { maskOf } from '@/lib/shared/explain/masks'
import { blurredBaseline, occlude } from '@/lib/shared/explain/occlude'
import { activate } from '@/lib/shared/metrics/activation'
import type { MaskJob, MaskResult } from '../protocol'
import type { Scorer } from './scorer'
import type { LoadedModel } from './session'

/**
 * After this time a job returns what it has, and the rest is requested again, because it may have waited for many
 * interactive photos.
 */
const SLICE_MS = 1000

/**
 * Returns a function that runs the input under one more mask per call, so that other photos can run in between. It
 * resolves to null until all masks are done or the time slice has ended.
 */
export function maskSteps(
  { pixels, method, first, count, index }: MaskJob,
  { input, prepare }: LoadedModel,
  scorer: Scorer,
): () => Promise<MaskResult | null> {
  const baseline = blurredBaseline(pixels, input)
  const scores: number[] = []
  const embeddings: Float32Array[] = []
  const start = performance.now()
  let runMs = 0
  return async () => {
    const stepStart = performance.now()
    const done = scores.length + embeddings.length
    const masked = occlude(pixels, baseline, input, maskOf(method, first + done))
    const { logits, embedding } = await scorer.score(prepare(masked), index === null)
    if (index === null) embeddings.push(embedding ?? new Float32Array())
    else scores.push(activate(logits, scorer.temperature, scorer.activation)[index] ?? 0)
    const now = performance.now()
    runMs += now - stepStart
    const ended = done + 1 === count || now - start > SLICE_MS
    return ended ? { scores: Float32Array.from(scores), embeddings, runMs } : null
  }
}
