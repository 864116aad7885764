import { useTranslations } from 'use-intl'
import type { TrainedModel } from '@/lib/client/training/types'
import { Advice } from './advice'

/** Labels that the model misses or gives by mistake where a photo may have several, the hardest first. */
export function HardLabels({ model: { multiLabel } }: { model: TrainedModel }) {
  const t = useTranslations('train')
  if (multiLabel === null) return null
  return (
    <Advice title={t('hardLabels')}>
      {multiLabel.hard.map(({ label, photos, missed, wrong }) => (
        <p key={label} className="flex flex-wrap justify-between gap-x-4">
          <span translate="no" className="min-w-0 [overflow-wrap:anywhere]">
            {label}
          </span>
          <span className="text-ink-2 tabular-nums">
            {[
              ...(missed > 0 ? [t('missed', { count: missed, all: photos })] : []),
              ...(wrong > 0 ? [t('givenWrongly', { count: wrong })] : []),
            ].join(' · ')}
          </span>
        </p>
      ))}
    </Advice>
  )
}
