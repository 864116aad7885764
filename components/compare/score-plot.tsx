import clsx from 'clsx'
import { useTranslations } from 'use-intl'
import { type LabelScores, labelScores, type ModelResult } from '@/lib/shared/results/agreement'
import { useModelName } from '../classify/use-model-name'
import { useFormat } from '../ui/use-format'
import { ModelMark } from './model-mark'

/** Number of labels to take from each model, and in total. */
const LABELS_PER_MODEL = 3
const MAX_LABELS = 7
/** Score differences from this on are highlighted. */
const NOTABLE_SPREAD = 0.15

interface ScorePlotProps {
  results: readonly ModelResult[]
  selected: string
  /** The models' marks. */
  letters: ReadonlyMap<string, string>
}

/** The models' scores for each label as marks on a line, and the same figures as a table for screen readers. */
export function ScorePlot({ results, selected, letters }: ScorePlotProps) {
  const t = useTranslations('compare')
  const percent = useTranslations('answer')
  const name = useModelName()
  const rows = labelScores(results, LABELS_PER_MODEL, MAX_LABELS)
  const models = results.map(({ model }) => model)
  return (
    <div className="mt-8">
      <div className="flex flex-wrap items-baseline gap-x-5 gap-y-1">
        <h2 className="mr-auto font-semibold">{t('scores')}</h2>
        {models.map((model) => (
          <span key={model} aria-hidden className="flex items-center gap-2 text-ink-2 text-xs">
            <ModelMark letter={letters.get(model) ?? ''} on={model === selected} /> {name(model)}
          </span>
        ))}
      </div>
      <div aria-hidden className="mt-2">
        {rows.map((row) => (
          <Row key={row.label} row={row} models={models} selected={selected} letters={letters} />
        ))}
        <div className="figures ml-[38%] flex justify-between pt-1 text-ink-3 text-xs sm:ml-[30%]">
          <span>0</span>
          <span>50</span>
          <span>{percent('percent', { value: 100 })}</span>
        </div>
      </div>
      <Table rows={rows} models={models} />
    </div>
  )
}

function Row({
  row: { label, scores, spread },
  models,
  selected,
  letters,
}: {
  row: LabelScores
  models: readonly string[]
} & Pick<ScorePlotProps, 'selected' | 'letters'>) {
  const values = scores.map((score) => score ?? 0)
  const [low, high] = [Math.min(...values), Math.max(...values)]
  const notable = spread >= NOTABLE_SPREAD
  return (
    <div className="flex h-9 items-center">
      <span
        lang="en"
        className={clsx('w-[38%] truncate pr-3 text-sm sm:w-[30%]', notable ? 'font-semibold' : 'text-ink-2')}
      >
        {label}
      </span>
      <span className="relative h-full flex-1">
        <span className="absolute inset-x-0 top-1/2 h-px bg-line" />
        <span
          className={clsx('absolute top-1/2 h-[3px] -translate-y-1/2 rounded-full', notable ? 'bg-warn' : 'bg-line-2')}
          style={{ left: `${100 * low}%`, width: `${100 * (high - low)}%` }}
        />
        {scores.map((score, i) => {
          const model = models[i] ?? ''
          return (
            score !== null && (
              <span
                key={model}
                className={clsx('absolute top-1/2 -translate-x-1/2 -translate-y-1/2', model === selected && 'z-10')}
                style={{ left: `${100 * score}%` }}
              >
                <ModelMark letter={letters.get(model) ?? ''} on={model === selected} />
              </span>
            )
          )
        })}
      </span>
    </div>
  )
}

function Table({ rows, models }: { rows: readonly LabelScores[]; models: readonly string[] }) {
  const t = useTranslations('compare')
  const percent = useTranslations('answer')
  const name = useModelName()
  const format = useFormat()
  return (
    <div className="sr-only">
      <table>
        <caption>{t('scores')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('label')}</th>
            {models.map((model) => (
              <th key={model} scope="col">
                {name(model)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ label, scores }) => (
            <tr key={label}>
              <th scope="row" lang="en">
                {label}
              </th>
              {scores.map((score, i) => (
                <td key={models[i]}>
                  {score === null ? t('notInTop10') : percent('percent', { value: format.percent(score) })}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
