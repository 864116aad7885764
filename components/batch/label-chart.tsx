import { useMemo, useState } from 'react'
import { useTranslations } from 'use-intl'
import type { BatchItem } from '@/lib/client/batch/items'
import { labelCounts } from '@/lib/client/batch/summary'
import { Button } from '../ui/button'
import { useFormat } from '../ui/use-format'

interface LabelChartProps {
  items: readonly BatchItem[]
  /** The label that filters the table. */
  selected: string | null
  onSelect(label: string | null): void
}

/** Labels shown at first. */
const INITIAL_LABELS = 10

/** A bar chart of the labels, most frequent first; clicking one filters the table. */
export function LabelChart({ items, selected, onSelect }: LabelChartProps) {
  const t = useTranslations('batch')
  const format = useFormat()
  const [expanded, setExpanded] = useState(false)
  const counts = useMemo(() => labelCounts(items), [items])
  const maxCount = counts[0]?.[1] ?? 1
  const visible = expanded ? counts : counts.slice(0, INITIAL_LABELS)
  return (
    <section aria-labelledby="labels" className="rounded-card border border-line bg-card p-5">
      <h2 id="labels" className="font-semibold text-sm">
        {t('labels')}
      </h2>
      {counts.length === 0 && <p className="mt-3 text-ink-3 text-sm">{t('noneYet')}</p>}
      <ul className={expanded ? '-mx-2 mt-2 max-h-96 overflow-y-auto px-2' : 'mt-2'}>
        {visible.map(([label, photos]) => (
          <li key={label}>
            <button
              type="button"
              aria-pressed={label === selected}
              onClick={() => onSelect(label === selected ? null : label)}
              className="-mx-2 grid w-[calc(100%+1rem)] grid-cols-[6.5rem_minmax(0,1fr)_auto] items-center gap-3 rounded-[6px] px-2 py-1.5 text-left hover:bg-sunk aria-pressed:bg-accent-soft"
            >
              <span lang="en" title={label} className="truncate text-[0.8125rem] text-ink-2">
                {label}
              </span>
              <span aria-hidden className="h-2.5 overflow-hidden rounded-full bg-sunk">
                <span
                  className="block h-full rounded-full bg-accent"
                  style={{ width: `${(100 * photos) / maxCount}%` }}
                />
              </span>
              <span className="figures min-w-8 text-right text-[0.8125rem] text-ink-2">{format.integer(photos)}</span>
            </button>
          </li>
        ))}
      </ul>
      {counts.length > INITIAL_LABELS && (
        <Button
          variant="quiet"
          aria-expanded={expanded}
          className="-mx-2 mt-1 h-9 px-2!"
          onClick={() => setExpanded(!expanded)}
        >
          {expanded ? t('fewerLabels') : t('allLabels', { count: format.integer(counts.length) })}
        </Button>
      )}
    </section>
  )
}
