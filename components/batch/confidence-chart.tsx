import { useMemo } from 'react'
import { useTranslations } from 'use-intl'
import type { BatchItem } from '@/lib/client/batch/items'
import { type ConfidenceBin, confidenceBins, scaleEnd } from '@/lib/client/batch/summary'
import { useFormat } from '../ui/use-format'
import { useConfidenceRange } from './use-confidence-range'

interface ConfidenceChartProps {
  items: readonly BatchItem[]
  /** The step that filters the table, by its lower bound in percent. */
  selected: number | null
  onSelect(from: number | null): void
}

/** A histogram of confidence, with uncertain results in the warning color. Clicking a bar filters the table. */
export function ConfidenceChart({ items, selected, onSelect }: ConfidenceChartProps) {
  const t = useTranslations('batch')
  const percent = useTranslations('answer')
  const format = useFormat()
  const bins = useMemo(() => confidenceBins(items), [items])
  const top = scaleEnd(Math.max(1, ...bins.map(({ certain, uncertain }) => certain + uncertain)))
  const ticks = top === 1 ? [1, 0] : [top, top / 2, 0]
  return (
    <section aria-labelledby="confidence" className="rounded-card border border-line bg-card p-5">
      <h2 id="confidence" className="font-semibold text-sm">
        {t('confidence')}
      </h2>
      <div className="mt-4 grid grid-cols-[auto_minmax(0,1fr)] gap-x-2">
        <div
          aria-hidden
          className="figures -my-2 flex h-32 flex-col justify-between text-right text-ink-3 text-xs leading-4"
        >
          {ticks.map((tick) => (
            <span key={tick}>{format.integer(tick)}</span>
          ))}
        </div>
        <div className="relative h-28">
          <div aria-hidden className="absolute inset-0 flex flex-col justify-between">
            {ticks.map((tick) => (
              <span key={tick} className="border-line border-t" />
            ))}
          </div>
          <ul aria-label={t('photosPerStep')} className="absolute inset-0 flex items-stretch">
            {bins.map((bin) => (
              <Bar
                key={bin.from}
                bin={bin}
                top={top}
                selected={selected === bin.from}
                faded={selected !== null && selected !== bin.from}
                onSelect={() => onSelect(selected === bin.from ? null : bin.from)}
              />
            ))}
          </ul>
        </div>
        <div aria-hidden className="figures col-start-2 mt-1 flex justify-between text-ink-3 text-xs">
          <span>0</span>
          <span>50</span>
          <span>{percent('percent', { value: 100 })}</span>
        </div>
      </div>
      {bins.some(({ uncertain }) => uncertain > 0) && <p className="mt-2 text-warn text-xs">{t('uncertainBars')}</p>}
    </section>
  )
}

interface BarProps {
  bin: ConfidenceBin
  /** Photos at the top of the scale. */
  top: number
  selected: boolean
  faded: boolean
  onSelect(): void
}

function Bar({ bin: { from, certain, uncertain }, top, selected, faded, onSelect }: BarProps) {
  const t = useTranslations('batch')
  const range = useConfidenceRange()
  const name = t('step', { range: range(from), count: certain + uncertain, uncertain })
  const height = (count: number) => ({ height: `${(100 * count) / top}%` })
  return (
    <li className="flex-1">
      <button
        type="button"
        aria-label={name}
        title={name}
        aria-pressed={selected}
        disabled={certain + uncertain === 0}
        onClick={onSelect}
        className={`flex size-full flex-col justify-end rounded-t-[3px] px-0.5 enabled:hover:bg-sunk/80 ${faded ? 'opacity-40' : ''}`}
      >
        <span className="block w-full rounded-t-[3px] bg-accent" style={height(certain)} />
        <span
          className={certain > 0 ? 'block w-full bg-warn' : 'block w-full rounded-t-[3px] bg-warn'}
          style={height(uncertain)}
        />
      </button>
    </li>
  )
}
