import { useMemo } from 'react'
import { useTranslations } from 'use-intl'
import type { BatchItem } from '@/lib/client/batch/items'
import { CONFIDENCE_STEP, confidenceBins } from '@/lib/client/batch/summary'
import { useFormat } from '../ui/use-format'

interface ConfidenceChartProps {
  items: readonly BatchItem[]
}

/** How many answers have which confidence; the uncertain ones in the colour of a warning. The same figures as a table for screen readers. */
export function ConfidenceChart({ items }: ConfidenceChartProps) {
  const t = useTranslations('batch')
  const percent = useTranslations('answer')
  const range = (from: number) => percent('percent', { value: `${from}–${from + CONFIDENCE_STEP}` })
  const format = useFormat()
  const bins = useMemo(() => confidenceBins(items), [items])
  const most = Math.max(1, ...bins.map(({ sure, uncertain }) => sure + uncertain))
  const height = (count: number) => `${(100 * count) / most}%`
  const doubt = bins.some(({ uncertain }) => uncertain > 0)
  return (
    <section aria-labelledby="confidence" className="rounded-card border border-line bg-card p-5">
      <h2 id="confidence" className="font-semibold text-sm">
        {t('confidence')}
      </h2>
      <div aria-hidden>
        <div className="mt-4 flex h-24 items-end gap-1 border-line border-b">
          {bins.map(({ from, sure, uncertain }) => (
            <div
              key={from}
              title={`${range(from)}: ${sure + uncertain}`}
              className="flex h-full flex-1 flex-col justify-end"
            >
              <div className="rounded-t-[3px] bg-accent" style={{ height: height(sure) }} />
              <div className={sure > 0 ? 'bg-warn' : 'rounded-t-[3px] bg-warn'} style={{ height: height(uncertain) }} />
            </div>
          ))}
        </div>
        <div className="figures mt-2 flex justify-between text-ink-3 text-xs">
          <span>0</span>
          <span>50</span>
          <span>{percent('percent', { value: 100 })}</span>
        </div>
      </div>
      {doubt && <p className="mt-2 text-warn text-xs">{t('uncertainBars')}</p>}
      {/* A table is as wide as its words, whatever it is told: what hides it is around it. */}
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
            {bins.map(({ from, sure, uncertain }) => (
              <tr key={from}>
                <th scope="row">{range(from)}</th>
                <td>{format.integer(sure + uncertain)}</td>
                <td>{format.integer(uncertain)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}
