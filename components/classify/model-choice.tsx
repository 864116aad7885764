import { useId } from 'react'
import { useTranslations } from 'use-intl'
import { isOwnModel } from '@/lib/client/device/own-model-id'
import type { ModelInfo } from '@/lib/shared/contract/contract'
import { parseChoice } from '@/lib/shared/zero-shot/choice'
import { Segmented } from '../ui/segmented'
import { useModelName } from './use-model-name'

interface ModelChoiceProps {
  models: readonly ModelInfo[]
  /** Type or ID. */
  model: string
  onModel(model: string): void
  /** IDs of the models that can't be used until the server is back. */
  elsewhere?: ReadonlySet<string>
}

/** More would not fit beside each other. */
const MAX_SEGMENTS = 4

/** Chooses a model: side by side if there are few, otherwise from a list. */
export function ModelChoice({ models, model, onModel, elsewhere }: ModelChoiceProps) {
  const t = useTranslations('answer')
  const place = useTranslations('place')
  const name = useModelName()
  const id = useId()
  const value = parseChoice(model).model
  const options = models.map(({ id, type, title, status }) => ({
    value: type ?? id,
    label: type ? name(type) : isOwnModel(id) ? place('marked', { title }) : title,
    disabled: status === 'failed' || elsewhere?.has(id) === true,
  }))
  // A visitor's own model isn't in the list of models.
  if (!options.some((option) => option.value === value)) options.push({ value, label: name(value), disabled: false })
  if (options.length <= MAX_SEGMENTS)
    return <Segmented label={t('model')} options={options} value={value} onChange={onModel} />
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
      <label htmlFor={id} className="w-20 text-ink-2 text-sm">
        {t('model')}
      </label>
      <select
        id={id}
        value={value}
        translate="no"
        onChange={({ target }) => onModel(target.value)}
        className="h-10 min-w-32 max-w-full flex-1 rounded-card border border-line-2 bg-card px-3 text-sm sm:max-w-80"
      >
        {options.map(({ value, label, disabled }) => (
          <option key={value} value={value} disabled={disabled}>
            {label}
          </option>
        ))}
      </select>
    </div>
  )
}
