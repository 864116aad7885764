import { useTranslations } from 'use-intl'
import { parseChoice } from '@/lib/shared/zero-shot/choice'
import { isUnlisted } from './unlisted-model'

/** Display names of models: the types have translations, other models show their ID, unless it is a secret. */
export function useModelName(): (typeOrId: string) => string {
  const t = useTranslations('classify.models')
  return (choice) => {
    const { model } = parseChoice(choice)
    if (model === 'fast' || model === 'balanced' || model === 'accurate') return t(model)
    return isUnlisted(model) ? t('custom') : model
  }
}
