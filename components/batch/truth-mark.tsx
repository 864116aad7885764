import { Check, X } from 'lucide-react'
import type { useTranslations } from 'use-intl'

interface TruthMarkProps {
  /** Null if unknown: nothing is shown. */
  correct: boolean | null | undefined
  /** Translations of the `batch` namespace. */
  t: ReturnType<typeof useTranslations<'batch'>>
}

/** Whether a result is right, as a sign and for screen readers as a word. */
export function TruthMark({ correct, t }: TruthMarkProps) {
  if (correct === null || correct === undefined) return null
  const Sign = correct ? Check : X
  return (
    <>
      <Sign aria-hidden strokeWidth={2.5} className={correct ? 'size-4 text-accent' : 'size-4 text-bad'} />
      <span className="sr-only">{t(correct ? 'right' : 'wrong')}</span>
    </>
  )
}
