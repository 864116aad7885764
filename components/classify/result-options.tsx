import type { ReactNode } from 'react'
import { useTranslations } from 'use-intl'
import type { ModelInfo } from '@/lib/shared/contract/contract'
import { parseChoice } from '@/lib/shared/zero-shot/choice'
import { Disclosure } from '../ui/disclosure'
import { Slider } from '../ui/slider'
import { maxLabels } from './max-labels'
import { ModelChoice } from './model-choice'
import { isUnlisted } from './unlisted-model'
import { useModelName } from './use-model-name'

export interface ResultOptionsProps {
  models: readonly ModelInfo[]
  model: string
  onModel(model: string): void
  /** IDs of the models that can't be used until the server is back. */
  elsewhere?: ReadonlySet<string>
  /** Maximum number of labels. */
  labelCount: number
  onLabelCount(count: number): void
  /** Labels with a lower score are hidden. */
  minScore: number
  onMinScore(score: number): void
  /** Where the model runs, if there is a choice. */
  place?: ReactNode
  /** Further options. */
  children?: ReactNode
}

const HIGHEST_MIN_SCORE = 0.5

/** Model, number of labels and minimum score, collapsed behind a summary of the current choice. */
export function ResultOptions({
  models,
  model,
  onModel,
  elsewhere,
  labelCount,
  onLabelCount,
  minScore,
  onMinScore,
  place,
  children,
}: ResultOptionsProps) {
  const t = useTranslations('answer')
  const name = useModelName()
  const percent = Math.round(100 * minScore)
  const max = maxLabels(models, model)
  const count = Math.min(labelCount, max)
  const title =
    models.find(({ id }) => id === parseChoice(model).model)?.title ?? (isUnlisted(model) ? name(model) : undefined)
  const summary = [title ?? t('optionsModel', { model: name(model) })]
  if (max > 1) summary.push(t('optionsTop', { count }))
  if (minScore > 0) summary.push(t('optionsLeast', { percent }))
  return (
    <Disclosure className="mb-3 has-data-panel-open:mb-6" label={summary.join(' · ')}>
      <ModelChoice models={models} model={model} onModel={onModel} {...(elsewhere && { elsewhere })} />
      {place}
      {max > 1 && (
        <Slider label={t('labels')} value={count} min={1} max={max} step={1} onChange={onLabelCount} format={String} />
      )}
      <Slider
        label={t('atLeast')}
        value={minScore}
        min={0}
        max={HIGHEST_MIN_SCORE}
        step={0.01}
        onChange={onMinScore}
        format={(share) => t('percent', { value: Math.round(100 * share) })}
      />
      {children}
    </Disclosure>
  )
}
