import { softmax } from '@/lib/shared/metrics/scores'
import type { BaseFeatures } from '../example'
import { type Head, headScorer } from '../head'

/** Photos that are enough to tell. */
const ENOUGH = 200
/** Halves the range of logarithms of the temperature so often. */
const STEPS = 30

/**
 * The temperature with which a head is as sure of photos, on average, as a calibrated one.
 *
 * @param head with any temperature
 * @param photos at least one, which both heads fit
 */
export function matchConfidence(head: Head, calibrated: Head, photos: readonly BaseFeatures[]): number {
  const some = photos.slice(0, ENOUGH)
  const wanted = confidence(logitsOf(calibrated, some), calibrated.temperature)
  const logits = logitsOf(head, some)
  const spread = Math.max(...logits.map((each) => Math.max(...each) - Math.min(...each)))
  // From nearly certain to nearly even.
  let [low, high] = [Math.log(spread * 1e-3), Math.log(spread * 1e3)]
  for (let step = 0; step < STEPS; step++) {
    const middle = (low + high) / 2
    if (confidence(logits, Math.exp(middle)) > wanted) low = middle
    else high = middle
  }
  return Math.exp((low + high) / 2)
}

function logitsOf(head: Head, photos: readonly BaseFeatures[]): Float32Array[] {
  const score = headScorer({ ...head, likeness: null })
  return photos.map((photo) => score(photo).logits)
}

/** The mean of the best scores. */
function confidence(logits: readonly Float32Array[], temperature: number): number {
  return logits.reduce((sum, each) => sum + Math.max(...softmax(each, temperature)), 0) / logits.length
}
