import { useMemo } from 'react'
import { useTranslations } from 'use-intl'
import type { Label } from '@/lib/shared/contract/contract'

/** The group of labels that fit no other one. */
const REST = 'other'

/** The groups of the labels with their names and sizes, by name; empty if the labels have no groups. */
export function useGroups(labels: readonly Label[] | undefined): readonly { value: string; text: string }[] {
  const t = useTranslations('models')
  return useMemo(() => {
    const counts = new Map<string, number>()
    for (const { group } of labels ?? []) if (group) counts.set(group, (counts.get(group) ?? 0) + 1)
    const nameOf = (group: string) =>
      t.has(`groups.${group}` as 'groups.dogs') ? t(`groups.${group}` as 'groups.dogs') : group
    return [...counts]
      .map(([value, count]) => ({ value, text: t('groupOf', { name: nameOf(value), count }) }))
      .sort((a, b) => Number(a.value === REST) - Number(b.value === REST) || a.text.localeCompare(b.text))
  }, [labels, t])
}
