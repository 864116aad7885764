import { useMemo } from 'react'
import { useTranslations } from 'use-intl'
import type { BatchItem } from '@/lib/client/batch/items'
import { CONFIDENCE_STEP, confidenceBins } from '@/lib/client/batch/summary'
import { useFormat } from '../ui/use-format'

interface ConfidenceChartProps {
  items: readonly BatchItem[]
}

/**
 * A histogram of confidence, with uncertain results in the warning color, and the same figures as a table for screen
 * readers.
 */
export function ConfidenceChart({ items }: ConfidenceChartProps) {
  const t = useTranslations('batch')
  const percent = useTranslations('answer')
  const range = (from: number) => percent('percent', { value: `${from}–${from + CONFIDENCE_STEP}` })
  const format = useFormat()
  const bins = useMemo(() => confidenceBins(items), [items])
  const maxCount = Math.max(1, ...bins.map(({ certain, uncertain }) => certain + uncertain))
  const height = (count: number) => `${(100 * count) / maxCount}%`
  const hasUncertain = bins.some(({ uncertain }) => uncertain > 0)
  return (
    <section aria-labelledby="confidence" className="rounded-card border border-line bg-card p-5">
      <h2 id="confidence" className="font-semibold text-sm">
        {t('confidence')}
      </h2>
      <div aria-hidden>
        <div className="mt-4 flex h-24 items-end gap-1 border-line border-b">
          {bins.map(({ from, certain, uncertain }) => (
            <div
              key={from}
              title={`${range(from)}: ${certain + uncertain}`}
              className="flex h-full flex-1 flex-col justify-end"
            >
              <div className="rounded-t-[3px] bg-accent" style={{ height: height(certain) }} />
              <div
                className={certain > 0 ? 'bg-warn' : 'rounded-t-[3px] bg-warn'}
                style={{ height: height(uncertain) }}
              />
            </div>
          ))}
        </div>
        <div className="figures mt-2 flex justify-between text-ink-3 text-xs">
          <span>0</span>
          <span>50</span>
          <span>{percent('percent', { value: 100 })}</span>
        </div>
      </div>
      {hasUncertain && <p className="mt-2 text-warn text-xs">{t('uncertainBars')}</p>}
      {/* A table is never narrower than its text, so the visually hidden element is a wrapper around it. */}
      <div className="sr-only">
        <table>
          <caption>{t('confidence')}</caption>
          <thead>
            <tr>
              <th scope="col">{t('range')}</th>
              <th scope="col">{t('photosColumn')}</th>
              <th scope="col">{t('filters.uncertain')}</th>
            </tr>
          </thead>
          <tbody>
            {bins.map(({ from, certain, uncertain }) => (
              <tr key={from}>
                <th scope="row">{range(from)}</th>
                <td>{format.integer(certain + uncertain)}</td>
                <td>{format.integer(uncertain)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}
