import { useId } from 'react'
import { useTranslations } from 'use-intl'
import type { TrainingSession } from '@/lib/client/training/session'
import type { TrainingSnapshot } from '@/lib/client/training/types'

interface LearnFromProps {
  session: TrainingSession
  state: TrainingSnapshot
  file: File
  onDone(): void
}

/** Adds the photo to a label: the photos that a model gets wrong teach it most. */
export function LearnFrom({ session, state: { labels }, file, onDone }: LearnFromProps) {
  const t = useTranslations('train')
  const id = useId()
  return (
    <div className="mt-1 flex flex-wrap items-center gap-x-3 gap-y-1">
      <label htmlFor={id} className="text-ink-2 text-sm">
        {t('learnFrom')}
      </label>
      <select
        id={id}
        value=""
        translate="no"
        onChange={({ target }) => {
          session.addPhotos(Number(target.value), [file])
          onDone()
        }}
        className="h-9 min-w-32 max-w-full rounded-card border border-line-2 bg-card px-2 text-sm"
      >
        <option value="" disabled>
          {t('chooseLabel')}
        </option>
        {labels.map((label) => (
          <option key={label.id} value={label.id}>
            {label.name}
          </option>
        ))}
      </select>
    </div>
  )
}
