import { separateLabels } from '../labels-file/table'

/** Two labels that photos are mixed up between. */
export interface MixedUp {
  label: string
  looksLike: string
  photos: number
}

/** Counts pairs of a label and the one that a photo of it looks like: the most frequent first. */
export function countPairs(pairs: readonly (readonly [string, string])[]): MixedUp[] {
  const counts = new Map<string, MixedUp>()
  for (const [label, looksLike] of pairs) {
    const key = JSON.stringify([label, looksLike])
    const pair = counts.get(key)
    if (pair) pair.photos++
    else counts.set(key, { label, looksLike, photos: 1 })
  }
  return [...counts.values()].sort((a, b) => b.photos - a.photos || a.label.localeCompare(b.label, 'en'))
}

/** Whether an issue suggests one label instead of another. */
export function isMixedUp(issue: { label: string; suggested: string }, label: string, other: string): boolean {
  const [given, suggested] = [separateLabels(issue.label), separateLabels(issue.suggested)]
  return given.includes(label) && !suggested.includes(label) && suggested.includes(other) && !given.includes(other)
}
