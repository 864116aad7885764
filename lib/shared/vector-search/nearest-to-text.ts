import { Best, type Neighbor } from './best'

/** Vectors that stand as signed bytes, each with a scale. */
interface StoredVectors {
  readonly size: number
  int8At(row: number): { values: Int8Array }
}

/** Rows between two chances to interrupt: some milliseconds at most. */
const ROWS = 2048

/**
 * The photos that a text fits best, among vectors that are the signed square roots of embeddings. The cosine of a photo
 * and a text is that of the embeddings themselves, so each value is squared again; the scale of a row doesn't matter to
 * it. All rows are compared, also those of a clustered index, whose lists are about square roots. Rounding to bytes
 * moves a cosine by less than 0.005 (tests/integration/zero-shot.test.ts).
 *
 * @param text an embedding [dimensions], of any length
 * @returns the cosines, from -1 to 1, best first
 */
export function* nearestToText(vectors: StoredVectors, text: Float32Array, limit: number): Generator<void, Neighbor[]> {
  const length = Math.hypot(...text)
  const best = new Best(limit)
  for (let row = 0; row < vectors.size; row++) {
    if (row % ROWS === ROWS - 1) yield
    best.add(row, cosine(vectors.int8At(row).values, text, length))
  }
  return best.list()
}

function cosine(roots: Int8Array, text: Float32Array, length: number): number {
  let [product, squares] = [0, 0]
  for (let i = 0; i < roots.length; i++) {
    const root = roots[i] as number
    const value = root * Math.abs(root)
    product += value * (text[i] as number)
    squares += value * value
  }
  return squares > 0 && length > 0 ? product / (Math.sqrt(squares) * length) : 0
}
