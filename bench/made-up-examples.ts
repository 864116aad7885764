import { randomNumbers } from '@/lib/shared/metrics/random'
import type { Example } from '@/lib/shared/training/example'

const DIMENSIONS = 1280
const KINDS = 189

/** Made-up examples: a random center for each label and noise around it. */
export function madeUp(labels: number, perLabel: number): Example[] {
  const random = randomNumbers(1)
  return Array.from({ length: labels }, (_, label) => {
    const center = Float32Array.from({ length: DIMENSIONS }, () => 2 * random() ** 4)
    return Array.from({ length: perLabel }, (_, photo) => ({
      label: `label ${label}`,
      sha256: (label * perLabel + photo).toString(16).padStart(64, '0'),
      embedding: center.map((value) => Math.max(0, value + 1.5 * random() ** 2 - 0.4)),
      kinds: Float32Array.from({ length: KINDS }, () => random() ** 8),
    }))
  }).flat()
}
