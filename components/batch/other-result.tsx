import { useTranslations } from 'use-intl'
import type { ResultRow } from '@/lib/shared/results/columns'
import { useFormat } from '../ui/use-format'
import { TruthMark } from './truth-mark'

/** Labels of the other model that are shown. */
const LABELS = 3

/** What another model says about the same photo. */
export function OtherResult({ row, model }: { row: ResultRow; model: string }) {
  const t = useTranslations('batch')
  const format = useFormat()
  const labels = row.top_labels.filter((label, rank) => rank < LABELS || row.labels?.includes(label))
  return (
    <section aria-label={t('byModel', { model })} className="mt-4 rounded-card bg-sunk px-4 py-3 text-sm">
      <h3 className="text-ink-2 text-xs">{t('byModel', { model })}</h3>
      <ul className="mt-1">
        {labels.map((label, rank) => (
          <li
            key={label}
            className={
              (row.labels?.includes(label) ?? rank === 0)
                ? 'flex items-center gap-2 font-semibold'
                : 'flex gap-2 text-ink-2'
            }
          >
            <span lang="en" className="min-w-0 flex-1 [overflow-wrap:anywhere]">
              {label}
            </span>
            {rank === 0 && <TruthMark correct={row.correct} t={t} />}
            <span className="figures text-[0.8125rem]">{format.percent(row.top_scores[rank] ?? 0)}</span>
          </li>
        ))}
        {labels.length === 0 && <li>{t('noLabel')}</li>}
      </ul>
    </section>
  )
}
