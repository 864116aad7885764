import { useTranslations } from 'use-intl'
import type { TrainedModel } from '@/lib/client/training/types'
import { Advice } from './advice'

/** A label with fewer photos needs more, whatever the estimate says. */
const FEW = 10
/** Labels that are named. */
const MAX_NAMED = 3

/** Which label needs photos most, and how many more photos would be recognized. */
export function Needs({ model }: { model: TrainedModel }) {
  const t = useTranslations('train')
  const lines = model.needs
    .flatMap(({ label, photos, gain }) => {
      const points = gain === null ? 0 : Math.round(100 * gain)
      if (points >= 1) return [{ label, text: t('needGain', { label, points }) }]
      return photos < FEW ? [{ label, text: t('needFew', { label, count: photos }) }] : []
    })
    .slice(0, MAX_NAMED)
  const enough = lines.length === 0 && model.curve !== null
  return (
    <Advice title={t('needs')}>
      {enough
        ? [
            <p key="enough" className="text-ink-2">
              {t('enough')}
            </p>,
          ]
        : lines.map(({ label, text }) => (
            <p key={label} className="text-pretty text-ink-2 [overflow-wrap:anywhere]">
              {text}
            </p>
          ))}
    </Advice>
  )
}
