import { TriangleAlert } from 'lucide-react'
import { useTranslations } from 'use-intl'
import type { UnreadableLabels } from '@/lib/client/batch/labels'

/** What a labels file looks like. */
const EXAMPLE = 'photo-1.jpg,goldfish'

/** That a file chosen as labels isn't one, why, and what one looks like. */
export function UnreadableLabelsNotice({ labels: { name, reason } }: { labels: UnreadableLabels }) {
  const t = useTranslations('batch.unreadable')
  return (
    <div role="status" className="mt-4 rounded-card bg-warn-soft px-4 py-3 text-left text-sm">
      <p className="flex items-center gap-2 font-semibold">
        <TriangleAlert aria-hidden className="size-4 shrink-0 text-warn" />
        <span className="min-w-0 break-words">{t('title', { name })}</span>
      </p>
      <p className="mt-1 max-w-[80ch] text-pretty text-ink-2">
        {t(reason)}{' '}
        {t.rich('help', {
          example: EXAMPLE,
          code: (chunk) => (
            <code translate="no" className="figures text-[13px] text-ink">
              {chunk}
            </code>
          ),
        })}
      </p>
    </div>
  )
}
