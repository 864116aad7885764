import type { Label } from '@/lib/shared/contract/contract'
import { kindsOf } from './label-kinds'
import type { Model } from './model'

/** The labels of a model in output order, without the background, with their other names, kinds and notes. */
export function labelsOf({ labels, synonyms, notes, multiLabel, background }: Model): Label[] {
  const all = labels.map((label, index) => {
    const others = synonyms[index] ?? []
    const { group, kinds, names = [] } = kindsOf(others) ?? {}
    const note = notes.get(index)
    return {
      index,
      label,
      others: [...others, ...names],
      ...(kinds ? { kinds: [...kinds] } : {}),
      ...(group ? { group } : {}),
      ...(multiLabel ? { threshold: multiLabel.thresholds[index] } : {}),
      ...(note ? { note } : {}),
    }
  })
  return all.filter(({ index }) => index !== background)
}
