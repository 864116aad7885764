import { useTranslations } from 'use-intl'
import type { UncertainReason } from '@/lib/shared/metrics/uncertainty'
import { useFormat } from '../ui/use-format'

/**
 * Why a result is uncertain, in words.
 *
 * @returns a function of the reason, the best score, and the second label, if there is one
 */
export function useUncertainReason(): (
  reason: UncertainReason | null,
  score: number,
  second: string | undefined,
) => string {
  const t = useTranslations('answer')
  const format = useFormat()
  return (reason, score, second) => {
    if (reason === 'unlike_known') return t('unlikeKnown')
    if (reason === 'small_margin')
      return second === undefined ? t('smallMarginUnnamed') : t('smallMargin', { label: second })
    if (reason === 'near_threshold') return t('nearThreshold')
    return t('lowScore', { percent: format.percent(score) })
  }
}
