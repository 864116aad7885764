import { useTranslations } from 'use-intl'
import type { TrainingLabel } from '@/lib/client/training/types'
import { labelKey, nameFault } from '@/lib/shared/training/label-names'

/**
 * What is wrong with the name of a label, in the visitor's language; null if nothing is.
 *
 * @param own the label that has the name already
 */
export function useNameFault(
  labels: readonly TrainingLabel[],
  own: TrainingLabel | null,
): (name: string) => string | null {
  const t = useTranslations('train')
  return (name) => {
    if (nameFault(name.trim()) !== null) return t('nameInvalid')
    const taken = labels.some((label) => label.id !== own?.id && labelKey(label.name) === labelKey(name))
    return taken ? t('nameTaken') : null
  }
}
