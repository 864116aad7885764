import { Problem } from '../problems/problem'

/** Code points of a label's name. */
export const MAX_LABEL_LENGTH = 100

/**
 * Checks the names of the labels of one model.
 *
 * @throws Problem `invalid_parameter` for names that are empty, too long, not plain text, or that look the same
 */
export function requireLabelNames(names: readonly string[]): void {
  const seen = new Map<string, string>()
  for (const name of names) {
    const fault = nameFault(name)
    if (fault !== null) throw new Problem('invalid_parameter', fault)
    const key = labelKey(name)
    const other = seen.get(key)
    if (other !== undefined) {
      throw new Problem('invalid_parameter', `The labels "${other}" and "${name}" have the same name.`)
    }
    seen.set(key, name)
  }
}

/** Names that people read as the same have the same key: case, width, accents' encoding and spaces don't matter. */
export function labelKey(name: string): string {
  return name.normalize('NFKC').toLowerCase().replace(/\s+/gu, ' ').trim()
}

/** What is wrong with a label's name, as a sentence; null if nothing is. */
export function nameFault(name: string): string | null {
  // Lone surrogates can't be stored as UTF-8; the others are invisible or change the direction of the text around them.
  if (/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u.test(name)) return 'A label has control characters.'
  if (labelKey(name) === '') return 'A label has no name.'
  if ([...name].length > MAX_LABEL_LENGTH) return `A label's name is longer than ${MAX_LABEL_LENGTH} characters.`
  if (/[<>]/.test(name)) return `The label "${name}" contains < or >.`
  return null
}
