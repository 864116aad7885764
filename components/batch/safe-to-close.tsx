import { CircleCheck, CloudUpload, type LucideIcon, ShieldCheck } from 'lucide-react'
import { useTranslations } from 'use-intl'
import type { BatchSnapshot } from '@/lib/client/batch/snapshot'
import { useFormat } from '../ui/use-format'

/** Whether the page may be closed now, and what becomes of the batch then. */
export function SafeToClose({ snapshot }: { snapshot: BatchSnapshot }) {
  const said = useSentence(snapshot)
  if (!said) return <p className="mt-2 min-h-5" />
  const { Icon, sentence } = said
  return (
    <p className="mt-2 flex min-h-5 items-start gap-2 text-pretty text-ink-2 text-sm">
      <Icon aria-hidden className="mt-0.5 size-4 shrink-0 text-accent" />
      {sentence}
    </p>
  )
}

function useSentence({ phase, counts, job }: BatchSnapshot): { Icon: LucideIcon; sentence: string } | null {
  const t = useTranslations('batch')
  const format = useFormat()
  if (phase === 'cancelled') return { Icon: CircleCheck, sentence: t('cancelled') }
  if (phase === 'done') {
    const sentence = job?.expires_at ? t('kept', { time: format.dateTime(Date.parse(job.expires_at)) }) : t('done')
    return { Icon: CircleCheck, sentence }
  }
  if (phase !== 'running' && phase !== 'paused') return null
  // Given up until somebody tries again: a notice says so.
  if (job?.reason === 'dead_letters') return null
  if (counts.toUpload > 0) return { Icon: CloudUpload, sentence: t('keepOpen', { count: counts.toUpload }) }
  return { Icon: ShieldCheck, sentence: phase === 'paused' ? t('safePaused') : t('safe') }
}
