import { useTranslations } from 'use-intl'

/** A model for people: the types have names, others are called by their id. */
export function useModelName(): (typeOrId: string) => string {
  const t = useTranslations('classify.models')
  return (model) => (model === 'fast' || model === 'balanced' || model === 'accurate' ? t(model) : model)
}
