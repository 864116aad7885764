import type { Label } from '../contract/contract'
import { nearest } from '../search/nearest'

/** More would be a search, not a choice. */
const MAX_CANDIDATES = 12

/**
 * The labels that an unclear word in a labels file may mean: those that share its name, those with the word in one of
 * their names, and the closest spelling.
 *
 * @param ambiguous classes that have exactly this name
 */
export function labelCandidates(word: string, classes: readonly Label[], ambiguous: readonly number[]): string[] {
  const labels = (indices: readonly number[]) => indices.flatMap((index) => classes[index]?.label ?? [])
  if (ambiguous.length > 0) return labels(ambiguous)
  const all = classes.map(({ label }) => label)
  const found = new Set([...labelsWithWord(word, classes), nearest(word, all)])
  return [...found].filter((label) => label !== undefined).slice(0, MAX_CANDIDATES)
}

/** The labels with all parts of a word in one of their names: `cat` is in `Egyptian cat`, not in `catamaran`. */
export function labelsWithWord(word: string, classes: readonly Label[]): string[] {
  const wanted = wordsOf(word)
  if (wanted.length === 0) return []
  return classes
    .filter(({ label, others }) =>
      [label, ...others].some((name) => {
        const words = wordsOf(name)
        return wanted.every((one) => words.includes(one))
      }),
    )
    .map(({ label }) => label)
}

function wordsOf(name: string): string[] {
  return name.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
}
