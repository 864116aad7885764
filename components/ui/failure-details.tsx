import { ChevronDown } from 'lucide-react'
import { useTranslations } from 'use-intl'
import type { Failure } from '@/lib/client/api/failure'

/**
 * The code of a failure and the server's own message, folded away: for whoever has to find the cause. It is the
 * browser's own element, since the first page loads it with every failure.
 */
export function FailureDetails({ failure, className = '' }: { failure: Failure; className?: string }) {
  const t = useTranslations('failure')
  return (
    <details className={`group text-ink-2 text-sm ${className}`}>
      <summary className="-mx-2 flex w-fit cursor-pointer list-none items-center gap-1.5 rounded-card px-2 py-1.5 hover:bg-sunk hover:text-ink [&::-webkit-details-marker]:hidden">
        {t('details')}
        <ChevronDown aria-hidden className="size-4 shrink-0 group-open:rotate-180" />
      </summary>
      <p lang="en" className="mt-1 max-w-[44em] break-words">
        <span className="figures">{failure.code}</span>
        {failure.detail !== undefined && `: ${failure.detail}`}
      </p>
    </details>
  )
}
