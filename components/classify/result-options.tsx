import type { ReactNode } from 'react'
import { useTranslations } from 'use-intl'
import type { ModelInfo } from '@/lib/shared/contract/contract'
import { Disclosure } from '../ui/disclosure'
import { Segmented } from '../ui/segmented'
import { Slider } from '../ui/slider'
import { maxLabels } from './max-labels'
import { useModelName } from './use-model-name'

export interface ResultOptionsProps {
  models: readonly ModelInfo[]
  model: string
  onModel(model: string): void
  /** Labels at most. */
  shown: number
  onShown(count: number): void
  /** Labels with a lower score are left out. */
  least: number
  onLeast(score: number): void
  /** More of them. */
  children?: ReactNode
}

const HIGHEST_LEAST = 0.5

/** Which model, how many labels and from which score on, behind one line that says what is chosen. */
export function ResultOptions({
  models,
  model,
  onModel,
  shown,
  onShown,
  least,
  onLeast,
  children,
}: ResultOptionsProps) {
  const t = useTranslations('answer')
  const name = useModelName()
  const choices = models.map(({ id, type, status }) => ({
    value: type ?? id,
    label: name(type ?? id),
    disabled: status === 'failed',
  }))
  const percent = Math.round(100 * least)
  const most = maxLabels(models, model)
  const count = Math.min(shown, most)
  const chosen = [t('optionsModel', { model: name(model) })]
  if (most > 1) chosen.push(t('optionsTop', { count }))
  if (least > 0) chosen.push(t('optionsLeast', { percent }))
  return (
    <Disclosure className="mt-4" label={chosen.join(' · ')}>
      <Segmented label={t('model')} options={choices} value={model} onChange={onModel} />
      {most > 1 && (
        <Slider label={t('labels')} value={count} min={1} max={most} step={1} onChange={onShown} show={String} />
      )}
      <Slider
        label={t('atLeast')}
        value={least}
        min={0}
        max={HIGHEST_LEAST}
        step={0.01}
        onChange={onLeast}
        show={(share) => t('percent', { value: Math.round(100 * share) })}
      />
      {children}
    </Disclosure>
  )
}
