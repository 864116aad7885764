import table from './label-kinds.json'

/** What WordNet knows about a class of ImageNet. */
export interface LabelKinds {
  /** A group to browse by: `birds`. */
  group: string
  /** What it's a kind of, nearest first: `parrot`, `bird`. */
  kinds: readonly string[]
  /** Names that ImageNet lacks. */
  names?: readonly string[]
}

const KINDS: Readonly<Record<string, LabelKinds>> = table
const WORDNET_ID = /^n\d{8}$/

/** Looks up a class by the WordNet id among its names; undefined for labels of other data sets. */
export function kindsOf(names: readonly string[]): LabelKinds | undefined {
  const id = names.find((name) => WORDNET_ID.test(name))
  return id === undefined ? undefined : KINDS[id]
}

/** The names to show beside a label: without the label itself, and without its WordNet id. */
export function synonymsOf(label: string, names: readonly string[]): string[] {
  return [...names, ...(kindsOf(names)?.names ?? [])].filter(
    (name) => name.toLowerCase() !== label.toLowerCase() && !WORDNET_ID.test(name),
  )
}
