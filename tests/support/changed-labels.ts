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
