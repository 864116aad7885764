import type { Example } from './example'

/**
 * Adds examples to those that are known. A known photo gets its new label. Among the new ones, a photo counts once per
 * label; with several labels, it stays in each, so that the report can ask which one is right.
 */
export function mergeExamples(known: readonly Example[], added: readonly Example[]): Example[] {
  const photos = new Set(added.map(({ sha256 }) => sha256))
  return [...known.filter(({ sha256 }) => !photos.has(sha256)), ...withoutRepeats(spelledLike(known, added))]
}

/**
 * Gives labels the spelling that they have already: names of folders from macOS encode accents differently, though they
 * look the same. Two spellings among the new ones are refused later, like other doubled names.
 */
function spelledLike(known: readonly Example[], added: readonly Example[]): Example[] {
  const spelling = new Map(known.map(({ label }) => [label.normalize('NFC'), label]))
  return added.map((example) => ({ ...example, label: spelling.get(example.label.normalize('NFC')) ?? example.label }))
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
