import { softmax } from '@/lib/shared/metrics/scores'
import { kindsOf, type LabelKinds } from './label-kinds'
import table from './label-kinds.json'

/** The outputs of a model that are of each kind, by kind. */
export type KindMembers = readonly (readonly number[])[]

/** A kind of fewer classes says hardly more than its classes, and each kind makes training slower. */
const LEAST_CLASSES = 3

/**
 * The kinds of things that scores are added up for, in WordNet's words: `dog`, `vehicle`. Kinds with the same classes
 * count once. Custom models depend on this list and its order.
 */
export const KINDS: readonly string[] = listKinds()

function listKinds(): string[] {
  const classes = new Map<string, string[]>()
  for (const [id, { kinds }] of Object.entries<LabelKinds>(table).sort(([a], [b]) => (a < b ? -1 : 1))) {
    for (const kind of kinds) classes.set(kind, [...(classes.get(kind) ?? []), id])
  }
  const kinds = new Map<string, string>()
  for (const [kind, ids] of classes) {
    const key = ids.join()
    if (ids.length >= LEAST_CLASSES && !kinds.has(key)) kinds.set(key, kind)
  }
  return [...kinds.values()]
}

/**
 * Which outputs of a model are of each kind.
 *
 * @param names other names of each class; one of them is its WordNet id
 * @returns null unless WordNet knows all classes: those of other data sets have no kinds
 */
export function kindMembers(names: readonly (readonly string[])[]): KindMembers | null {
  const known = names.flatMap((each) => kindsOf(each) ?? [])
  if (known.length === 0 || known.length < names.length) return null
  const members = new Map(KINDS.map((kind) => [kind, [] as number[]]))
  for (const [index, { kinds }] of known.entries()) for (const kind of kinds) members.get(kind)?.push(index)
  return [...members.values()]
}

/**
 * The probability of each kind: the sum of those of its classes.
 *
 * @param logits [classes]
 * @returns [kinds]
 */
export function kindScores(logits: Float32Array, members: KindMembers): Float32Array {
  // Measured with twice the temperature, the sums say much less.
  const scores = softmax(logits, 1)
  return Float32Array.from(members, (classes) => classes.reduce((sum, index) => sum + (scores[index] ?? 0), 0))
}
