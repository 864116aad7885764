import type { BatchItem } from './items'

const WORDNET_ID = /^n\d{8}$/
const WORDNET_PREFIX = /^n\d{8}[-_ ]+/

/**
 * The visitor's word for a label, where the model has another name for it: `polar bear` for the label `ice bear`. Null
 * if both are the same, or the word is an ID.
 *
 * @example ownWord('n02134084-polar_bear', 'ice bear') // 'polar bear'
 */
export function ownWord(word: string, label: string): string | null {
  const text = word
    .replace(WORDNET_PREFIX, '')
    .replaceAll(/[\s_]+/g, ' ')
    .trim()
  if (text === '' || WORDNET_ID.test(text) || plain(text) === plain(label)) return null
  return text
}

/** The visitor's words by the model's label, where all photos of the label have the same word. */
export function ownWords(items: readonly BatchItem[]): ReadonlyMap<string, string> {
  const words = new Map<string, string | null>()
  for (const { row, ownWord: word = null } of items) {
    const truth = row?.truth
    if (typeof truth === 'string') words.set(truth, words.has(truth) && words.get(truth) !== word ? null : word)
  }
  return new Map([...words].flatMap(([label, word]) => (word === null ? [] : [[label, word]])))
}

/** A word with the model's label in brackets, where that is another one. */
export function fullName(word: string, label: string): string {
  return word === label ? label : `${word} (${label})`
}

function plain(name: string): string {
  return name
    .normalize('NFC')
    .toLowerCase()
    .replaceAll(/[\s_-]+/g, ' ')
}
