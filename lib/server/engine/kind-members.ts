import type { KindMembers } from '@/lib/shared/inference/kind-scores'
import { kindsOf, type LabelKinds } from './label-kinds'
import table from './label-kinds.json'

/** A kind of fewer classes says hardly more than its classes, and each kind makes training slower. */
const LEAST_CLASSES = 3

let listed: readonly string[] | undefined

/**
 * The kinds of things that scores are added up for, in WordNet's words: `dog`, `vehicle`. Kinds with the same classes
 * count once. Custom models depend on this list and its order.
 */
export function listKinds(): readonly string[] {
  listed ??= kindsOfClasses()
  return listed
}

function kindsOfClasses(): string[] {
  const classes = new Map<string, string[]>()
  for (const [id, { kinds }] of Object.entries<LabelKinds>(table).sort(([a], [b]) => (a < b ? -1 : 1))) {
    for (const kind of kinds) {
      const known = classes.get(kind)
      if (known) known.push(id)
      else classes.set(kind, [id])
    }
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
  const members = new Map(listKinds().map((kind) => [kind, [] as number[]]))
  for (const [index, { kinds }] of known.entries()) for (const kind of kinds) members.get(kind)?.push(index)
  return [...members.values()]
}
