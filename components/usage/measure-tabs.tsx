'use client'

import { useTranslations } from 'use-intl'
import { Radio, RadioGroup } from '@/components/ui/radio-group'
import { type Figures, MEASURES, type Measure } from '@/lib/shared/usage/summary'
import { useFigure } from './use-figure'

interface MeasureTabsProps {
  totals: Figures
  value: Measure
  onChange(measure: Measure): void
}

/** The sums of the period. Each is also the choice of what the chart shows. */
export function MeasureTabs({ totals, value, onChange }: MeasureTabsProps) {
  const t = useTranslations('usage')
  const figure = useFigure()
  return (
    <RadioGroup
      aria-label={t('measure')}
      value={value}
      onChange={(next) => onChange(next as Measure)}
      className="grid grid-cols-2 gap-2 sm:grid-cols-4"
    >
      {MEASURES.map((measure) => (
        // biome-ignore lint/a11y/noLabelWithoutControl: the radio inside is the control
        <label
          key={measure}
          className="relative cursor-pointer rounded-card border border-transparent px-3 py-2 hover:bg-sunk has-checked:border-accent has-checked:bg-accent-soft has-focus-visible:outline-2 has-focus-visible:outline-accent has-focus-visible:outline-offset-2"
        >
          <Radio value={measure} />
          <span className="block text-ink-2 text-sm">{t(`measures.${measure}`)}</span>
          <span className="figures mt-0.5 block font-semibold text-lg tracking-tight sm:text-xl">
            {figure(measure, totals[measure])}
          </span>
        </label>
      ))}
    </RadioGroup>
  )
}
