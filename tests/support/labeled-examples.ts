import { randomNumbers } from '@/lib/shared/metrics/random'
import { type Example, NO_LABEL } from '@/lib/shared/training/example'

/**
 * Made-up photos that may have several labels, or none: a random center for each label, and noise. Each label is as
 * frequent as `shares` says.
 */
export function labeledExamples({
  shares,
  photos,
  dimensions = 60,
  noise = 1,
  seed = 1,
}: {
  shares: Readonly<Record<string, number>>
  photos: number
  dimensions?: number
  noise?: number
  seed?: number
}): Example[] {
  const [centers, random] = [randomNumbers(7), randomNumbers(seed)]
  const labels = Object.entries(shares).map(([label, share]) => ({
    label,
    share,
    center: Float32Array.from({ length: dimensions }, () => 3 * centers() ** 3),
  }))
  return Array.from({ length: photos }, (_, at): Example[] => {
    const own = labels.filter(({ share }) => random() < share)
    const embedding = Float32Array.from({ length: dimensions }, (_value, i) =>
      Math.max(0, own.reduce((sum, { center }) => sum + (center[i] as number), 0) + noise * random() * 2),
    )
    const sha256 = (1_000_000 * seed + at).toString(16).padStart(64, '0')
    const names = own.length > 0 ? own.map(({ label }) => label) : [NO_LABEL]
    return names.map((label) => ({ label, sha256, embedding }))
  }).flat()
}
