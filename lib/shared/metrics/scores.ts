/**
 * Softmax of logits with a temperature: exp(z/T) / Σ exp(z/T), shifted by the maximum to prevent overflow.
 *
 * @param logits [classes]
 * @returns probabilities [classes] that sum to 1
 */
export function softmax(logits: Float32Array, temperature: number): Float64Array {
  let largest = Number.NEGATIVE_INFINITY
  for (const value of logits) if (value > largest) largest = value
  const scores = new Float64Array(logits.length)
  let sum = 0
  for (let i = 0; i < logits.length; i++) {
    const value = Math.exp(((logits[i] as number) - largest) / temperature)
    scores[i] = value
    sum += value
  }
  for (let i = 0; i < scores.length; i++) scores[i] = (scores[i] as number) / sum
  return scores
}

/**
 * The k best of scores [classes], best first; equal scores stay in order of their index.
 *
 * @param except index of an output that isn't a label: the background
 */
export function topK(
  scores: ArrayLike<number>,
  k: number,
  except: number | null = null,
): { index: number; score: number }[] {
  const best: { index: number; score: number }[] = []
  for (let index = 0; index < scores.length; index++) {
    const score = scores[index] as number
    if (index === except || (best.length === k && score <= (best[k - 1] as { score: number }).score)) continue
    let at = best.length
    while (at > 0 && (best[at - 1] as { score: number }).score < score) at--
    best.splice(at, 0, { index, score })
    if (best.length > k) best.pop()
  }
  return best
}

/** `10 ** i` at index i: those that a double holds exactly. */
const POWERS = Array.from({ length: 23 }, (_, i) => 10 ** i)

/**
 * Rounds a score to six significant digits, as many as 32-bit floats surely hold. As JSON it is half as long and as
 * quick to write and to compress as with the 17 digits of a double.
 *
 * @param score from 0 to 1
 */
export function sixDigits(score: number): number {
  const scale = POWERS[5 - Math.floor(Math.log10(score))]
  // Zero, and scores below 1e-17.
  return scale === undefined ? score : Math.round(score * scale) / scale
}
