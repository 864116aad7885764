/** Longer names are not typos, and the comparison takes quadratic time. */
const MAX_LENGTH = 64
/** One typo is allowed per this many letters. */
const LETTERS_PER_TYPO = 3

interface Options {
  /** Also accept the closest candidate that starts with the same number of letters, as in `stage` for `staging`. */
  samePrefix?: number
}

/**
 * The candidate that a misspelled name probably refers to, if any. It is the same apart from case and punctuation, starts
 * with the same letters, or differs by a few typos (a letter added, removed, replaced, or two swapped).
 *
 * @example nearest('topK', ['model', 'top_k']) // 'top_k'
 */
export function nearest(name: string, candidates: readonly string[], options: Options = {}): string | undefined {
  if (name.length > MAX_LENGTH) return undefined
  const given = normalize(name)
  const ranked = candidates
    .map((candidate) => ({ candidate, letters: normalize(candidate) }))
    .map(({ candidate, letters }) => ({ candidate, letters, typos: typosBetween(given, letters) }))
    .filter(
      ({ letters, typos }) =>
        typos <= Math.max(given.length, letters.length) / LETTERS_PER_TYPO ||
        haveSamePrefix(given, letters, options.samePrefix),
    )
    .sort((a, b) => a.typos - b.typos)
  return ranked[0]?.candidate ?? candidates.find((candidate) => isPrefix(given, normalize(candidate)))
}

function normalize(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')
}

function isPrefix(a: string, b: string): boolean {
  return Math.min(a.length, b.length) >= LETTERS_PER_TYPO && (a.startsWith(b) || b.startsWith(a))
}

/** Whether the first `length` letters match; a shorter candidate must match as a whole. */
function haveSamePrefix(name: string, candidate: string, length = 0): boolean {
  const letters = Math.min(length, candidate.length)
  return letters > 0 && name.slice(0, letters) === candidate.slice(0, letters)
}

/** Optimal string alignment distance. */
function typosBetween(a: string, b: string): number {
  let [before, row] = [[] as number[], Array.from({ length: b.length + 1 }, (_, j) => j)]
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? at(before, j - 2) + 1 : Number.POSITIVE_INFINITY
      next.push(Math.min(at(row, j) + 1, at(next, j - 1) + 1, at(row, j - 1) + same, swapped))
    }
    ;[before, row] = [row, next]
  }
  return at(row, b.length)
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY
}
