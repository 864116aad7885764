import clsx from 'clsx'
import { useLocale, useTranslations } from 'use-intl'
import { type Measure, scaleTop } from '@/lib/shared/usage/summary'
import { FiguresTable } from '../charts/figures-table'
import { useFigure } from './use-figure'

/** The least height of a bar that isn't zero, in percent: a single photo is visible beside thousands. */
const MIN_BAR = 1.5
/** With more days than this, their bars have no room for gaps of this width. */
const DAYS_WITH_GAPS = 40

interface DayChartProps {
  days: readonly { day: string; value: number }[]
  measure: Measure
}

/** A bar for each day. Screen readers get a table. */
export function DayChart({ days, measure }: DayChartProps) {
  const t = useTranslations('usage')
  const locale = useLocale()
  const figure = useFigure()
  const top = scaleTop(Math.max(...days.map(({ value }) => value)))
  const date = (day: string) =>
    new Date(day).toLocaleDateString(locale, { timeZone: 'UTC', day: 'numeric', month: 'short' })
  const labels = [days[0], days[Math.floor((days.length - 1) / 2)], days.at(-1)]
  return (
    <figure className="mt-6">
      <div aria-hidden>
        <div className="relative h-48 sm:h-56">
          {[top, top / 2, 0].map((value) => (
            <div
              key={value}
              className="absolute right-0 left-14 border-line border-t"
              style={{ bottom: `${(100 * value) / top}%` }}
            >
              <span className="figures absolute -top-2 -left-14 w-12 truncate text-right text-ink-3 text-xs">
                {Number.isInteger(value) ? figure(measure, value) : ''}
              </span>
            </div>
          ))}
          <div
            className={clsx(
              'absolute inset-y-0 right-0 left-14 flex items-end',
              days.length > DAYS_WITH_GAPS ? 'gap-px' : 'gap-[3px]',
            )}
          >
            {days.map(({ day, value }) => (
              <div
                key={day}
                title={`${date(day)}: ${figure(measure, value)}`}
                className="group flex h-full min-w-0 flex-1 items-end"
              >
                <div
                  className="w-full rounded-t-[3px] bg-accent group-hover:brightness-110"
                  style={{ height: value === 0 ? 0 : `${Math.max((100 * value) / top, MIN_BAR)}%` }}
                />
              </div>
            ))}
          </div>
        </div>
        <div className="figures mt-1.5 ml-14 flex justify-between text-ink-3 text-xs">
          {labels.map((each) => (
            <span key={each?.day}>{each && date(each.day)}</span>
          ))}
        </div>
      </div>
      <FiguresTable
        caption={t('byDay')}
        columns={[t('day'), t(`measures.${measure}`)]}
        rows={days.filter(({ value }) => value > 0).map(({ day, value }) => [date(day), figure(measure, value)])}
      />
    </figure>
  )
}
