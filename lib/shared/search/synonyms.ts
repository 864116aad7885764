import type { Label } from '../contract/contract'

const WORDNET_ID = /^n\d{8}$/

/** The names to show beside a label: without the label itself, and without its WordNet id. */
export function synonymsOf({ label, others }: Pick<Label, 'label' | 'others'>): string[] {
  return others.filter((name) => name.toLowerCase() !== label.toLowerCase() && !WORDNET_ID.test(name))
}
