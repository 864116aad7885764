import { useTranslations } from 'use-intl'
import type { TrainingSession } from '@/lib/client/training/session'
import type { ModelInfo } from '@/lib/shared/contract/contract'
import { useModelName } from '../classify/use-model-name'
import { Disclosure } from '../ui/disclosure'
import { Segmented } from '../ui/segmented'

interface BaseChoiceProps {
  session: TrainingSession
  base: string
  bases: readonly ModelInfo[]
}

/** The model whose features the new one builds on. */
export function BaseChoice({ session, base, bases }: BaseChoiceProps) {
  const t = useTranslations('train')
  const name = useModelName()
  if (bases.length < 2) return null
  // A saved model names its base by ID.
  const current = bases.find(({ id, type }) => id === base || type === base)
  const value = current?.type ?? current?.id ?? base
  const options = bases.map(({ id, type }) => ({ value: type ?? id, label: name(type ?? id) }))
  return (
    <Disclosure className="mt-4" label={`${t('base')} · ${name(value)}`}>
      <div className="[&_[role=radiogroup]+*]:mt-2 [&>div>span]:w-auto!">
        <Segmented label={t('base')} options={options} value={value} onChange={(next) => session.setBase(next)} />
      </div>
      <p className="max-w-[52ch] text-pretty text-ink-3 text-xs">{t('baseHint')}</p>
    </Disclosure>
  )
}
