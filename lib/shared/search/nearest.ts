/** Longer names are nobody's slip of the hand, and comparing takes time by the square of their length. */
const LONGEST = 64
/** A name may differ in one letter of so many. */
const LETTERS_A_SLIP = 3

/**
 * The candidate that was probably meant by a misspelled name, if any: the same but for capitals and marks, one that begins alike, or one that
 * few slips (a letter more, less, another, or two swapped) lead to.
 *
 * @example nearest('topK', ['model', 'top_k']) // 'top_k'
 */
export function nearest(name: string, candidates: readonly string[]): string | undefined {
  if (name.length > LONGEST) return undefined
  const given = bare(name)
  const ranked = candidates
    .map((candidate) => ({ candidate, slips: slipsBetween(given, bare(candidate)) }))
    .filter(({ candidate, slips }) => slips <= Math.max(given.length, bare(candidate).length) / LETTERS_A_SLIP)
    .sort((a, b) => a.slips - b.slips)
  return ranked[0]?.candidate ?? candidates.find((candidate) => beginAlike(given, bare(candidate)))
}

function bare(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')
}

function beginAlike(a: string, b: string): boolean {
  return Math.min(a.length, b.length) >= LETTERS_A_SLIP && (a.startsWith(b) || b.startsWith(a))
}

/** Optimal string alignment distance. */
function slipsBetween(a: string, b: string): number {
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
