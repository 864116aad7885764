import type { Example } from './example'

/**
 * Adds examples to those that are known. A known photo gets its new label. Among the new ones, a photo counts once per
 * label; with several labels, it stays in each, so that the report can ask which one is right.
 */
export function mergeExamples(known: readonly Example[], added: readonly Example[]): Example[] {
  const photos = new Set(added.map(({ sha256 }) => sha256))
  return [...known.filter(({ sha256 }) => !photos.has(sha256)), ...withoutRepeats(added)]
}

/** Other crops of a photo aren't repeats. */
function withoutRepeats(examples: readonly Example[]): Example[] {
  const seen = new Map<string, Example[]>()
  return examples.filter((example) => {
    const key = `${example.sha256} ${example.label}`
    const others = seen.get(key) ?? []
    if (others.some((other) => isEqual(other.embedding, example.embedding))) return false
    seen.set(key, [...others, example])
    return true
  })
}

function isEqual(a: Float32Array, b: Float32Array): boolean {
  return a.length === b.length && a.every((value, at) => value === b[at])
}
