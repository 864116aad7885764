import type { Label } from '../contract/contract'

/** What a search needs to know about a label. */
export type LabelWords = Pick<Label, 'label' | 'others' | 'kinds'>

/** A rank that no name reaches. */
const NO_MATCH = 6

/**
 * Finds labels with a name that contains the query, ignoring case and accents: first names that start with it, then
 * names with a word that does. After them come labels that are a kind of it, such as the macaw for `parrot`. An empty
 * query returns all labels.
 */
export function searchLabels(labels: readonly Label[], query: string): readonly Label[] {
  const wanted = plain(query)
  if (wanted === '') return labels
  return labels
    .map((entry) => ({ entry, rank: rankOfLabel(entry, wanted) }))
    .filter(({ rank: best }) => best < NO_MATCH)
    .sort((a, b) => a.rank - b.rank)
    .map(({ entry }) => entry)
}

function rank(name: string, wanted: string): number {
  if (name.startsWith(wanted)) return 0
  if (name.includes(` ${wanted}`)) return 1
  return name.includes(wanted) ? 2 : NO_MATCH
}

/** Only whole words count: a query for `ear` isn't for kinds of bear. */
function rankOfKind(kind: string, wanted: string): number {
  if (kind === wanted) return 3
  if (kind.startsWith(wanted)) return 4
  return kind.includes(` ${wanted}`) ? 5 : NO_MATCH
}

/** Whether a label has such a name, or is a kind of it. An empty query matches all labels. */
export function labelMatches(entry: LabelWords, query: string): boolean {
  const wanted = plain(query)
  return wanted === '' || rankOfLabel(entry, wanted) < NO_MATCH
}

/** Whether another text, such as a file name, contains the query, ignoring case and accents as labels do. */
export function textMatches(text: string, query: string): boolean {
  return plain(text).includes(plain(query))
}

function rankOfLabel({ label, others, kinds = [] }: LabelWords, wanted: string): number {
  return Math.min(
    ...[label, ...others].map((name) => rank(plain(name), wanted)),
    ...kinds.map((kind) => rankOfKind(plain(kind), wanted)),
  )
}

function plain(text: string): string {
  return text.trim().toLowerCase().normalize('NFD').replaceAll(/\p{M}/gu, '')
}
