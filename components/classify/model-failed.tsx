import { TriangleAlert } from 'lucide-react'
import { useTranslations } from 'use-intl'
import type { ModelInfo } from '@/lib/shared/contract/contract'
import { useModelName } from './use-model-name'

export function ModelFailed({ model: { id, type } }: { model: ModelInfo }) {
  const t = useTranslations('classify')
  const name = useModelName()
  return (
    <p className="mt-2 flex items-start gap-2 rounded-card bg-warn-soft px-4 py-3 text-sm text-warn">
      <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
      {t('modelFailed', { model: name(type ?? id) })}
    </p>
  )
}
