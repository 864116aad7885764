'use client'

import { useTranslations } from 'use-intl'
import { LARGE_BYTES } from '@/lib/client/prepare-photo'
import { keepReduce } from '@/lib/client/tab-session'
import type { ModelInfo } from '@/lib/shared/contract'
import { Disclosure } from '../ui/disclosure'
import { Segmented } from '../ui/segmented'
import { Slider } from '../ui/slider'
import { Switch } from '../ui/switch'
import { useFormat } from '../ui/use-format'
import { useModelName } from './use-model-name'

interface OptionsProps {
  models: readonly ModelInfo[]
  model: string
  onModel(model: string): void
  /** Labels at most. */
  shown: number
  onShown(count: number): void
  /** Labels with a lower score are left out. */
  least: number
  onLeast(score: number): void
  /** Whether large photos are made smaller before the upload. */
  reduce: boolean
}

const MOST_LABELS = 10
const HIGHEST_LEAST = 0.5

/** Which model, how many labels and what is sent, behind one line that says what is chosen. */
export function Options({ models, model, onModel, shown, onShown, least, onLeast, reduce }: OptionsProps) {
  const t = useTranslations('answer')
  const prepare = useTranslations('prepare')
  const format = useFormat()
  const name = useModelName()
  const choices = models.map(({ id, type, status }) => ({
    value: type ?? id,
    label: name(type ?? id),
    disabled: status === 'failed',
  }))
  const percent = Math.round(100 * least)
  const chosen = [t('optionsModel', { model: name(model) }), t('optionsTop', { count: shown })]
  if (least > 0) chosen.push(t('optionsLeast', { percent }))
  return (
    <Disclosure className="mt-4" label={chosen.join(' · ')}>
      <Segmented label={t('model')} options={choices} value={model} onChange={onModel} />
      <Slider label={t('labels')} value={shown} min={1} max={MOST_LABELS} step={1} onChange={onShown} show={String} />
      <Slider
        label={t('atLeast')}
        value={least}
        min={0}
        max={HIGHEST_LEAST}
        step={0.01}
        onChange={onLeast}
        show={(share) => t('percent', { value: Math.round(100 * share) })}
      />
      <Switch
        label={prepare('setting')}
        hint={prepare('settingHint', { size: format.bytes(LARGE_BYTES) })}
        checked={reduce}
        onChange={keepReduce}
      />
    </Disclosure>
  )
}
