import clsx from 'clsx'
import { useTranslations } from 'use-intl'
import type { Prediction } from '@/lib/shared/contract/contract'
import { useFormat } from '../ui/use-format'
import { ROW_HEIGHT } from './row-height'

/**
 * Scores as a table with a bar in each row, the best in the accent color, or all labels that apply. The label column is as wide as the longest
 * label, up to about half of the table; longer labels wrap.
 */
export function ProbabilityChart({ predictions }: { predictions: readonly Prediction[] }) {
  const t = useTranslations('answer')
  return (
    <div className="[container-type:inline-size]">
      <table className="w-full border-collapse text-sm">
        <caption className="sr-only">{t('scores')}</caption>
        <thead className="sr-only">
          <tr>
            <th scope="col">{t('label')}</th>
            <th scope="col">{t('percentColumn')}</th>
          </tr>
        </thead>
        <tbody>
          {predictions.map((prediction, rank) => (
            <Row key={prediction.index} prediction={prediction} best={prediction.selected ?? rank === 0} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Row({ prediction: { label, score }, best }: { prediction: Prediction; best: boolean }) {
  const format = useFormat()
  return (
    <tr style={{ height: ROW_HEIGHT }}>
      <th scope="row" lang="en" className={clsx('p-0 text-left', best ? 'font-semibold' : 'font-normal text-ink-2')}>
        <span className="block w-max min-w-24 max-w-[54cqw] pr-4 leading-tight [overflow-wrap:anywhere]">{label}</span>
      </th>
      <td className="w-full p-0">
        <span className="flex items-center">
          <span aria-hidden className="h-2.5 flex-1 overflow-hidden rounded-full bg-sunk">
            <span
              className={clsx(
                'block h-full rounded-full transition-[width] duration-150',
                best ? 'bg-accent' : 'bg-bar',
              )}
              style={{ width: `${100 * score}%` }}
            />
          </span>
          <span
            className={clsx(
              'figures ml-2 w-[6ch] text-right text-[0.8125rem]',
              best ? 'font-semibold text-ink' : 'text-ink-2',
            )}
          >
            {format.percent(score)}
          </span>
        </span>
      </td>
    </tr>
  )
}
