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
/** The horizontal axis: between the labels and the figures, with room for half a mark at both ends. */
const AXIS = 'right-14 left-[calc(34%+0.5625rem)] sm:left-[calc(28%+0.5625rem)]'

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
      <div aria-hidden className="mt-3">
        {rows.map((row) => (
          <Row key={row.label} row={row} models={models} selected={selected} letters={letters} />
        ))}
        <div className="relative h-6 border-line border-t">
          <div className={clsx('figures absolute flex pt-1 text-ink-3 text-xs', AXIS)}>
            <span className="-ml-1 flex-1">0</span>
            <span>50</span>
            <span className="-mr-3 flex-1 text-right">{percent('percent', { value: 100 })}</span>
          </div>
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
    <div className="relative border-line border-t py-1.5">
      <span
        lang="en"
        className={clsx(
          'absolute inset-y-0 left-0 flex w-[34%] items-center pr-3 text-sm leading-tight sm:w-[28%]',
          notable ? 'font-semibold' : 'text-ink-2',
        )}
      >
        <span className="line-clamp-2 [overflow-wrap:anywhere]">{label}</span>
      </span>
      {notable && (
        <span className={clsx('absolute inset-y-0', AXIS)}>
          <span
            className="absolute inset-y-0 bg-warn-soft"
            style={{ left: `${100 * low}%`, width: `${100 * (high - low)}%` }}
          />
        </span>
      )}
      {scores.map((score, i) => {
        const model = models[i] ?? ''
        return (
          score !== null && <Lane key={model} score={score} letter={letters.get(model) ?? ''} on={model === selected} />
        )
      })}
    </div>
  )
}

/** One model's score for a label. Each has a line of its own, so that models that agree don't cover each other. */
function Lane({ score, letter, on }: { score: number; letter: string; on: boolean }) {
  const format = useFormat()
  return (
    <div className="relative h-5">
      <span className={clsx('absolute inset-y-0', AXIS)}>
        <span className="absolute inset-x-0 top-1/2 h-px bg-line" />
        <span
          className={clsx('absolute top-1/2 left-0 h-[3px] -translate-y-1/2', on ? 'bg-accent' : 'bg-line-2')}
          style={{ width: `${100 * score}%` }}
        />
        <span className="absolute top-1/2 -translate-x-1/2 -translate-y-1/2" style={{ left: `${100 * score}%` }}>
          <ModelMark letter={letter} on={on} />
        </span>
      </span>
      <span
        className={clsx('figures absolute right-0 text-xs leading-5', on ? 'font-semibold text-ink' : 'text-ink-2')}
      >
        {format.percent(score)}
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
