/** What a model's classes are called, in the order of its outputs. */
export interface ClassNames {
  label: string
  /** Other names; of an ImageNet class its synonyms and its WordNet id. */
  others: readonly string[]
}

export type Match = { index: number } | { reason: string }

/**
 * Finds the class that a word names: by its label or any other name, without regard to case, spaces and underscores; through
 * `mapping` first, where one is given.
 */
export function labelMatcher(
  classes: readonly ClassNames[],
  mapping: ReadonlyMap<string, string> = new Map(),
): (word: string) => Match {
  const byName = new Map<string, Set<number>>()
  const labels = new Map<string, number>()
  for (const [index, { label, others }] of classes.entries()) {
    labels.set(normal(label), index)
    // A label such as "tench, Tinca tinca" is two names.
    for (const name of [label, ...label.split(','), ...others]) {
      const key = normal(name)
      byName.set(key, (byName.get(key) ?? new Set()).add(index))
    }
  }
  const mapped = new Map([...mapping].map(([from, to]) => [normal(from), to]))
  return (word) => {
    const wanted = mapped.get(normal(word)) ?? word
    const exact = labels.get(normal(wanted))
    if (exact !== undefined) return { index: exact }
    const [first, ...more] = byName.get(normal(wanted)) ?? []
    if (first === undefined) return { reason: 'the model has no such label' }
    if (more.length === 0) return { index: first }
    const names = [first, ...more].map((index) => classes[index]?.label)
    return { reason: `it could be ${names.join(' or ')}; give the index or use a mapping file` }
  }
}

function normal(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_]+/g, ' ')
}
