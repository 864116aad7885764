import { useTranslations } from 'use-intl'
import { CONFIDENCE_STEP } from '@/lib/client/batch/summary'

/** Names a step of confidence by its lower bound: `80–90%`. */
export function useConfidenceRange(): (from: number) => string {
  const t = useTranslations('answer')
  return (from) => t('percent', { value: `${from}–${from + CONFIDENCE_STEP}` })
}
