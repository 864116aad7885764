/** Share of the photos with several labels from which that is meant: a few lines that contradict others are mistakes. */
const MEANT = 0.05

/**
 * Whether the photos of a data set are meant to have several labels: some have, and one of their labels comes in another
 * combination, too. So `cat; domestic` as the name of a single label isn't taken for two.
 */
export function areLabelSets(sets: Iterable<readonly string[]>): boolean {
  const all = [...sets]
  const several = all.filter((labels) => labels.length > 1)
  if (several.length === 0 || several.length < MEANT * all.length) return false
  const combinations = new Map<string, Set<string>>()
  for (const labels of all) {
    const key = labels.toSorted().join('\n')
    for (const label of labels) combinations.set(label, (combinations.get(label) ?? new Set()).add(key))
  }
  return several.some((labels) => labels.some((label) => (combinations.get(label)?.size ?? 0) > 1))
}
