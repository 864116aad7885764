import clsx from 'clsx'
import type { useTranslations } from 'use-intl'
import type { BatchItem } from '@/lib/client/batch/items'

const TONES = {
  uncertain: 'rounded-[6px] bg-warn-soft px-2 py-0.5 text-warn',
  failed: 'rounded-[6px] bg-bad-soft px-2 py-0.5 text-bad',
} as const

interface PhotoStatusProps {
  item: Pick<BatchItem, 'state' | 'row'>
  /** Translations of the `batch` namespace. */
  t: ReturnType<typeof useTranslations<'batch'>>
}

/** A photo's status in one word. */
export function PhotoStatus({ item, t }: PhotoStatusProps) {
  const status = statusOf(item)
  const tone = status === 'uncertain' || status === 'failed' ? TONES[status] : 'text-ink-2'
  return <span className={clsx('whitespace-nowrap text-xs md:text-sm', tone)}>{t(`states.${status}`)}</span>
}

function statusOf({ state, row }: Pick<BatchItem, 'state' | 'row'>) {
  if (state !== 'done' || !row) return state === 'done' ? 'queued' : state
  if (row.status === 'failed') return 'failed'
  return row.uncertain ? 'uncertain' : 'ok'
}
