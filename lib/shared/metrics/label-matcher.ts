/** The names of a model's classes, in the order of its outputs. */
export interface ClassNames {
  label: string
  /** Other names; for an ImageNet class, its synonyms and its WordNet id. */
  others: readonly string[]
}

/** The class of a word, or why there is none; `candidates` are the classes that an ambiguous word may mean. */
export type Match = { index: number } | { reason: string; candidates: readonly number[] }

/**
 * Returns a function that finds the class with a name: by its label or any other name, ignoring case, spaces and
 * underscores. Applies `mapping` first, if there is one.
 */
export function labelMatcher(
  classes: readonly ClassNames[],
  mapping: ReadonlyMap<string, string> = new Map(),
): (word: string) => Match {
  const byName = new Map<string, Set<number>>()
  const labels = new Map<string, number>()
  for (const [index, { label, others }] of classes.entries()) {
    labels.set(normalize(label), index)
    // A label such as "tench, Tinca tinca" is two names.
    for (const name of [label, ...label.split(','), ...others]) {
      const key = normalize(name)
      byName.set(key, (byName.get(key) ?? new Set()).add(index))
    }
  }
  const mapped = new Map([...mapping].map(([from, to]) => [normalize(from), to]))
  const withoutHyphens = new Map([...byName].map(([name, found]) => [name.replaceAll('-', ' '), found]))
  /** The classes that a name may mean; empty if unknown. */
  const candidates = (word: string): ReadonlySet<number> => {
    const name = normalize(word)
    // Dataset folders have names like n02099601-golden_retriever.
    const wnid = /^(n\d{8})[- ]/.exec(name)?.[1]
    return byName.get(name) ?? byName.get(wnid ?? name) ?? withoutHyphens.get(name.replaceAll('-', ' ')) ?? new Set()
  }
  const known = new Map<string, Match>()
  const find = (word: string): Match => {
    const wanted = mapped.get(normalize(word)) ?? word
    const exact = labels.get(normalize(wanted))
    if (exact !== undefined) return { index: exact }
    const whole = candidates(wanted)
    const [first, ...more] = whole.size > 0 ? whole : matchSynonyms(wanted, candidates)
    if (first === undefined) return { reason: 'the model has no such label', candidates: [] }
    if (more.length === 0) return { index: first }
    const meant = [first, ...more]
    const names = meant.map((index) => classes[index]?.label)
    return { reason: `ambiguous: ${names.join(' or ')}; use the index or a mapping file`, candidates: meant }
  }
  return (word) => {
    const cached = known.get(word)
    if (cached) return cached
    const match = find(word)
    known.set(word, match)
    return match
  }
}

/** The class of a line of synonyms, such as "tench, Tinca tinca": the one that most of the names share. */
function matchSynonyms(word: string, candidates: (word: string) => ReadonlySet<number>): Iterable<number> {
  const parts = word.split(',').filter((part) => part.trim() !== '')
  const found = parts.map(candidates).filter(({ size }) => size > 0)
  if (parts.length < 2 || found.length * 2 <= parts.length) return []
  const [first = new Set<number>(), ...rest] = found
  return [...first].filter((index) => rest.every((set) => set.has(index)))
}

function normalize(name: string): string {
  return name
    .normalize('NFC')
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_]+/g, ' ')
}
