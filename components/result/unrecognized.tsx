import { useTranslations } from 'use-intl'
import type { UncertainReason } from '@/lib/shared/metrics/uncertainty'
import { useFormat } from '../ui/use-format'

interface UnrecognizedProps {
  /** The best label's score. */
  score: number
  reason: UncertainReason | null
}

/** The headline of a photo whose labels say nothing about it, and why. The labels follow as candidates. */
export function Unrecognized({ score, reason }: UnrecognizedProps) {
  const t = useTranslations('answer')
  const words = useTranslations('confidence')
  const format = useFormat()
  return (
    <>
      <h1 className="text-balance font-semibold text-2xl leading-[1.1] tracking-[-0.03em] lg:text-[2.125rem]">
        {words('unrecognized')}
      </h1>
      <p className="mt-3 rounded-card bg-warn-soft px-3 py-2 text-sm text-warn">
        {reason === 'unlike_known' && `${t('unlikeKnown')} `}
        {t('meaningless', { percent: format.percent(score) })}
      </p>
      <p className="mt-5 -mb-3 text-ink-2 text-sm">{t('candidates')}</p>
    </>
  )
}
