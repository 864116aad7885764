import { Download, RotateCw } from 'lucide-react'
import { useState } from 'react'
import { useTranslations } from 'use-intl'
import { saveFile } from '@/lib/client/files/save-file'
import type { LoadedUsage } from '@/lib/client/usage/usage-api'
import { usageCsv } from '@/lib/shared/results/usage-export'
import { daysOf, type Measure, totalOf, totalsByKey } from '@/lib/shared/usage/summary'
import { Button } from '../ui/button'
import { CopyLine } from '../ui/copy-line'
import { Segmented } from '../ui/segmented'
import { DayChart } from './day-chart'
import { KeyList } from './key-list'
import { MeasureTabs } from './measure-tabs'

const PERIODS = [7, 30, 90]
const COMMAND = 'npx vision keys create my-customer --scopes classify'

interface UsageReportProps {
  usage: LoadedUsage
  days: number
  /** Whether another period loads. */
  loading: boolean
  onDays(days: number): void
  onReload(): void
  onForget(): void
  onRevoke(id: string): void
}

/** Figures and a chart of a period, and a row for each key. */
export function UsageReport({ usage, days, loading, onDays, onReload, onForget, onRevoke }: UsageReportProps) {
  const t = useTranslations('usage')
  const [measure, setMeasure] = useState<Measure>('photos')
  const [only, setOnly] = useState('')
  const chosen = usage.keys.find(({ id }) => id === only)
  const rows = chosen ? usage.rows.filter(({ id }) => id === chosen.id) : usage.rows
  if (usage.keys.length === 0) {
    return (
      <div className="mt-8 rounded-card border border-line border-dashed px-5 py-12 text-center">
        <p className="text-ink-2">{t('noKeys')}</p>
        <div className="mx-auto mt-4 max-w-[36rem] text-left">
          <CopyLine text={COMMAND} />
        </div>
      </div>
    )
  }
  const exportRows = () => saveFile(`usage-${usage.from}-${usage.to}.csv`, 'text/csv', usageCsv(rows))
  return (
    <div aria-busy={loading} className="mt-6">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-3">
        <Segmented
          label={t('period')}
          options={PERIODS.map((count) => ({ value: String(count), label: t('days', { count }) }))}
          value={String(days)}
          onChange={(value) => onDays(Number(value))}
        />
        <select
          aria-label={t('key')}
          value={chosen?.id ?? ''}
          onChange={({ target }) => setOnly(target.value)}
          className="h-10 min-w-0 max-w-full rounded-card border border-line-2 bg-card px-3 text-sm max-sm:w-full"
        >
          <option value="">{t('allKeys')}</option>
          {usage.keys.map(({ id, name, state }) => (
            <option key={id} value={id}>
              {state === 'active' ? name : `${name} (${t(`state.${state}`)})`}
            </option>
          ))}
        </select>
        <div className="flex flex-wrap gap-2 sm:ml-auto">
          <Button onClick={onReload} disabled={loading}>
            <RotateCw aria-hidden /> {t('reload')}
          </Button>
          <Button onClick={exportRows}>
            <Download aria-hidden /> CSV
          </Button>
          <Button variant="quiet" onClick={onForget}>
            {t('forget')}
          </Button>
        </div>
      </div>
      <section aria-label={t('byDay')} className="mt-5 rounded-2xl border border-line bg-card p-4 shadow-card sm:p-5">
        <MeasureTabs totals={totalOf(rows)} value={measure} onChange={setMeasure} />
        <DayChart days={daysOf(rows, usage, measure)} measure={measure} />
      </section>
      <KeyList
        keys={usage.keys}
        totals={totalsByKey(usage.rows)}
        chosen={chosen?.id ?? null}
        onChoose={setOnly}
        onRevoke={onRevoke}
      />
      <p role="status" className="sr-only">
        {loading ? t('loading') : ''}
      </p>
    </div>
  )
}
