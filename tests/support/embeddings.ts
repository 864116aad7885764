import { randomNumbers } from '@/lib/shared/metrics/random'
import type { Example } from '@/lib/shared/training/example'

interface MadeUp {
  labels: readonly string[]
  /** Examples of each label, or one number for all. */
  photos: number | readonly number[]
  dimensions?: number
  /** How much examples vary around their label's center. */
  noise?: number
  seed?: number
}

/** Made-up examples: a random center for each label, and noise around it. */
export function madeUpExamples({ labels, photos, dimensions = 40, noise = 1, seed = 1 }: MadeUp): Example[] {
  // The centers are always the same, the noise depends on the seed.
  const [centers, random] = [randomNumbers(7), randomNumbers(seed)]
  return labels.flatMap((label, index) => {
    const center = Float32Array.from({ length: dimensions }, () => 3 * centers() ** 3)
    const count = typeof photos === 'number' ? photos : (photos[index] ?? 0)
    return Array.from({ length: count }, (_, photo) => ({
      label,
      sha256: hash(1000 * index + photo, seed),
      embedding: center.map((value) => Math.max(0, value + noise * (random() + random() - 1))),
    }))
  })
}

/** Digits that look like those of a hash, different for each number. */
function hash(index: number, seed: number): string {
  const random = randomNumbers(index + 1e6 * seed)
  return Array.from({ length: 8 }, () =>
    Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0'),
  ).join('')
}
