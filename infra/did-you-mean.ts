/**
 * The candidate that a name was probably meant to be: one that begins alike, or that a few letters make of it.
 *
 * @returns null where none is near
 */
export function didYouMean(name: string, candidates: readonly string[]): string | null {
  const small = name.toLowerCase()
  const near = candidates
    .map((candidate) => ({ candidate, far: distance(small, candidate.toLowerCase()) }))
    .filter(({ candidate, far }) => far <= allowed(small) || related(small, candidate.toLowerCase()))
    .sort((a, b) => a.far - b.far)
  return near[0]?.candidate ?? null
}

/** Letters that may be wrong. */
function allowed(name: string): number {
  return Math.max(1, Math.floor(name.length / 3))
}

/** `production` and `prod`, `stage` and `staging`. */
function related(name: string, candidate: string): boolean {
  const alike = Math.min(4, candidate.length)
  return name.slice(0, alike) === candidate.slice(0, alike)
}

/** Levenshtein's: letters to put in, take out or change. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1]
    for (const [j, other] of [...b].entries()) {
      const change = (row[j] ?? 0) + (letter === other ? 0 : 1)
      next.push(Math.min(change, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}
