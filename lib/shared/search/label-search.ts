import type { Label } from '../contract/contract'

/**
 * Finds labels with a name that contains the query, ignoring case and accents: first names that start with it, then
 * names with a word that does. An empty query returns all labels.
 */
export function searchLabels(labels: readonly Label[], query: string): readonly Label[] {
  const wanted = plain(query)
  if (wanted === '') return labels
  return labels
    .map((entry) => ({
      entry,
      rank: Math.min(...[entry.label, ...entry.others].map((name) => rank(plain(name), wanted))),
    }))
    .filter(({ rank: best }) => best < 3)
    .sort((a, b) => a.rank - b.rank)
    .map(({ entry }) => entry)
}

function rank(name: string, wanted: string): number {
  if (name.startsWith(wanted)) return 0
  if (name.includes(` ${wanted}`)) return 1
  return name.includes(wanted) ? 2 : 3
}

function plain(text: string): string {
  return text.trim().toLowerCase().normalize('NFD').replaceAll(/\p{M}/gu, '')
}
