import { TriangleAlert, X } from 'lucide-react'
import { useTranslations } from 'use-intl'
import type { UnreadableLabels } from '@/lib/client/batch/labels'

/** What a labels file looks like. */
const EXAMPLE = 'photo-1.jpg,goldfish'

interface UnreadableLabelsNoticeProps {
  labels: UnreadableLabels
  onClose(): void
}

/** That a file chosen as labels isn't one, why, and what one looks like. */
export function UnreadableLabelsNotice({ labels: { name, reason }, onClose }: UnreadableLabelsNoticeProps) {
  const t = useTranslations('batch.unreadable')
  const batch = useTranslations('batch')
  return (
    <div role="status" className="mt-4 rounded-card bg-warn-soft px-4 py-3 text-left text-sm">
      <p className="flex items-center gap-2 font-semibold">
        <TriangleAlert aria-hidden className="size-4 shrink-0 text-warn" />
        <span className="min-w-0 break-words">{t('title', { name })}</span>
        <button
          type="button"
          aria-label={batch('close')}
          onClick={onClose}
          className="-my-2 -mr-2 ml-auto grid size-9 shrink-0 place-items-center rounded-card text-ink-2 hover:text-ink"
        >
          <X aria-hidden className="size-4" />
        </button>
      </p>
      <p className="mt-1 max-w-[80ch] text-pretty text-ink-2">
        {t(reason)}{' '}
        {t.rich('help', {
          example: EXAMPLE,
          code: (chunk) => (
            <code translate="no" className="figures text-[0.8125rem] text-ink">
              {chunk}
            </code>
          ),
        })}
      </p>
    </div>
  )
}
