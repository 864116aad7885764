import { randomNumbers } from '@/lib/shared/metrics/random'

/** Gives a share of the examples another label, the same for each seed. @returns also which ones */
export function changeLabels<T extends { label: string }>(
  examples: readonly T[],
  share: number,
  seed: number,
): { examples: T[]; changed: ReadonlySet<number> } {
  const random = randomNumbers(seed)
  const labels = [...new Set(examples.map(({ label }) => label))]
  const order = examples.map((_, at) => ({ at, key: random() })).sort((a, b) => a.key - b.key)
  const changed = new Set(order.slice(0, Math.round(share * examples.length)).map(({ at }) => at))
  const other = (label: string) => {
    const others = labels.filter((each) => each !== label)
    return others[Math.floor(random() * others.length)] as string
  }
  return {
    examples: examples.map((example, at) => (changed.has(at) ? { ...example, label: other(example.label) } : example)),
    changed,
  }
}

/** Adds or removes one label of a share of the photos, the same for each seed. @returns also which ones */
export function changeLabelSets<T extends { labels: readonly string[] }>(
  photos: readonly T[],
  share: number,
  seed: number,
): { photos: T[]; changed: ReadonlySet<number> } {
  const random = randomNumbers(seed)
  const labels = [...new Set(photos.flatMap((photo) => photo.labels))].sort()
  const order = photos.map((_, at) => ({ at, key: random() })).sort((a, b) => a.key - b.key)
  const changed = new Set(order.slice(0, Math.round(share * photos.length)).map(({ at }) => at))
  const toggled = (given: readonly string[]) => {
    const label = labels[Math.floor(random() * labels.length)] as string
    return given.includes(label) ? given.filter((each) => each !== label) : [...given, label]
  }
  return {
    photos: photos.map((photo, at) => (changed.has(at) ? { ...photo, labels: toggled(photo.labels) } : photo)),
    changed,
  }
}
