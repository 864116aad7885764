import { useTranslations } from 'use-intl'

/** Display names of models: the types have translations, other models show their ID. */
export function useModelName(): (typeOrId: string) => string {
  const t = useTranslations('classify.models')
  return (model) => (model === 'fast' || model === 'balanced' || model === 'accurate' ? t(model) : model)
}
