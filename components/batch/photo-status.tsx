import clsx from 'clsx'
import { useTranslations } from 'use-intl'
import type { BatchItem } from '@/lib/client/batch/items'

const TONES = {
  uncertain: 'rounded-[6px] bg-warn-soft px-2 py-0.5 text-warn',
  failed: 'rounded-[6px] bg-bad-soft px-2 py-0.5 text-bad',
} as const

/** Where a photo stands, in a word. */
export function PhotoStatus({ item }: { item: Pick<BatchItem, 'state' | 'row'> }) {
  const t = useTranslations('batch.states')
  const status = statusOf(item)
  const tone = status === 'uncertain' || status === 'failed' ? TONES[status] : 'text-ink-2'
  return <span className={clsx('whitespace-nowrap text-xs md:text-sm', tone)}>{t(status)}</span>
}

function statusOf({ state, row }: Pick<BatchItem, 'state' | 'row'>) {
  if (state !== 'done' || !row) return state === 'done' ? 'queued' : state
  if (row.status === 'failed') return 'failed'
  return row.uncertain ? 'uncertain' : 'ok'
}
