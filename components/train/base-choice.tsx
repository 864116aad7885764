import { useState } from 'react'
import { useTranslations } from 'use-intl'
import type { TrainingSession } from '@/lib/client/training/session'
import type { TrainingPhoto } from '@/lib/client/training/types'
import type { ModelInfo } from '@/lib/shared/contract/contract'
import { useModelName } from '../classify/use-model-name'
import { Button } from '../ui/button'
import { Disclosure } from '../ui/disclosure'
import { Segmented } from '../ui/segmented'

interface BaseChoiceProps {
  session: TrainingSession
  base: string
  photos: readonly TrainingPhoto[]
  bases: readonly ModelInfo[]
  /** IDs of the models that can't be used until the server is back. */
  elsewhere: ReadonlySet<string>
}

/** The model whose features the new one builds on. */
export function BaseChoice({ session, base, bases, elsewhere, photos }: BaseChoiceProps) {
  const t = useTranslations('train')
  const name = useModelName()
  const [asking, setAsking] = useState<string | null>(null)
  if (bases.length < 2) return null
  // Only their embeddings by the present base are here.
  const lost = photos.filter(({ id }) => session.file(id) === null).length
  function choose(next: string): void {
    setAsking(null)
    session.setBase(next)
  }
  // A saved model names its base by ID.
  const current = bases.find(({ id, type }) => id === base || type === base)
  const value = current?.type ?? current?.id ?? base
  const options = bases.map(({ id, type }) => ({
    value: type ?? id,
    label: name(type ?? id),
    disabled: elsewhere.has(id),
  }))
  return (
    <Disclosure className="mt-4" label={`${t('base')} · ${name(value)}`}>
      <div className="[&_[role=radiogroup]+*]:mt-2 [&>div>span]:w-auto!">
        <Segmented
          label={t('base')}
          options={options}
          value={value}
          onChange={(next) => (lost > 0 ? setAsking(next) : choose(next))}
        />
      </div>
      <p className="max-w-[52ch] text-pretty text-ink-3 text-xs">{t('baseHint')}</p>
      {asking !== null && (
        <div role="alert" className="mt-3 rounded-card bg-warn-soft px-4 py-3 text-sm">
          <p className="text-pretty text-warn">{t('baseLoses', { count: lost })}</p>
          <div className="mt-2 flex flex-wrap gap-2">
            <Button onClick={() => choose(asking)}>{t('baseYes', { model: name(asking) })}</Button>
            <Button variant="quiet" onClick={() => setAsking(null)}>
              {t('openNo')}
            </Button>
          </div>
        </div>
      )}
    </Disclosure>
  )
}
