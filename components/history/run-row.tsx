import { X } from 'lucide-react'
import { Fragment, useId } from 'react'
import { useTranslations } from 'use-intl'
import type { Run } from '@/lib/client/history/history'
import type { Classification } from '@/lib/shared/contract/contract'
import { agreementGroups } from '@/lib/shared/results/agreement'
import { confidence } from '@/lib/shared/results/confidence'
import { isMultiLabel, selectedOf } from '@/lib/shared/results/selected'
import { useModelName } from '../classify/use-model-name'
import { useFormat } from '../ui/use-format'
import { useObjectUrl } from '../ui/use-object-url'
import { resultsByModel } from './results-by-model'

interface RunRowProps {
  run: Run
  onOpen(): void
  onRemove(): void
}

/** An earlier photo: its labels, confidence, time and models. A click anywhere opens it. */
export function RunRow({ run, onOpen, onRemove }: RunRowProps) {
  const t = useTranslations('history')
  const remove = useTranslations('classify')
  const format = useFormat()
  const name = useModelName()
  const details = useId()
  const { file, time } = run
  const thumbnail = useObjectUrl(run.thumbnail)
  const models = resultsByModel(run.results).map(({ model }) => name(model))
  return (
    <div className="relative -mx-3 flex items-center gap-4 rounded-card px-3 py-3 has-[button:first-of-type:hover]:bg-sunk">
      {thumbnail ? (
        // biome-ignore lint/performance/noImgElement: object URL
        <img src={thumbnail} alt="" width={64} height={64} className="size-16 shrink-0 rounded-card object-cover" />
      ) : (
        <span className="size-16 shrink-0 rounded-card bg-sunk" />
      )}
      <div className="min-w-0 flex-1">
        <Summary run={run} details={details} onOpen={onOpen} />
        <p id={details} className="text-ink-3 text-xs sm:truncate">
          <span translate="no" className="[overflow-wrap:anywhere]">
            {file}
          </span>{' '}
          · {format.day(time)} · {t('by', { count: models.length, models: models.join(', ') })}
        </p>
      </div>
      <button
        type="button"
        onClick={onRemove}
        aria-label={remove('remove', { name: file })}
        className="relative grid size-10 shrink-0 place-items-center rounded-card text-ink-2 hover:bg-line hover:text-ink"
      >
        <X aria-hidden className="size-4" />
      </button>
    </div>
  )
}

interface SummaryProps extends Pick<RunRowProps, 'run' | 'onOpen'> {
  /** The id of the element that describes the row. */
  details: string
}

/** The labels of the models, and what is next to the label if they agree. Labels that say nothing come second. */
function Summary({ run: { id, results }, details, onOpen }: SummaryProps) {
  const t = useTranslations('history')
  const answer = useTranslations('answer')
  const compare = useTranslations('compare')
  const words = useTranslations('confidence')
  const several = useTranslations('several')
  const format = useFormat()
  const groups = agreementGroups(resultsByModel(results))
  const [first] = results
  const [best] = first.predictions
  const selected = selectedOf(first)
  const others = selected ? first.predictions.filter((each) => !each.selected) : first.predictions.slice(1)
  const single = results.length === 1
  const unrecognized = groups.length > 0 && results.every(isUnrecognized)
  return (
    <>
      <p className="flex flex-wrap items-baseline gap-x-3">
        <button
          type="button"
          aria-haspopup="dialog"
          aria-describedby={details}
          data-run={id}
          onClick={onOpen}
          // Covers the row.
          className="text-left font-medium outline-none after:absolute after:inset-0 after:rounded-card focus-visible:after:outline-2 focus-visible:after:outline-accent"
        >
          {groups.length === 0 && (isMultiLabel(first) ? several('none') : answer('noLabel'))}
          {unrecognized && words('unrecognized')}
          {!unrecognized &&
            groups.map(({ label }, index) => (
              <Fragment key={label}>
                {index > 0 && <span className="font-normal text-ink-2"> {compare('or')} </span>}
                <span lang="en">{label}</span>
              </Fragment>
            ))}
        </button>
        {best && groups.length === 1 && !unrecognized && !selected && (
          <span className="text-ink-2 text-sm tabular-nums">
            {answer('percent', { value: format.percent(best.score) })}
          </span>
        )}
        {single && first.uncertain && !unrecognized && <span className="text-sm text-warn">{t('uncertain')}</span>}
      </p>
      <p className={`text-ink-2 text-sm ${single ? 'truncate' : ''}`}>
        {unrecognized && t('closest', { labels: firstLabels(single ? first.predictions : groups) })}
        {!unrecognized && single && others.length > 0 && t('then', { labels: firstLabels(others) })}
        {!unrecognized && !single && groups.length === 1 && compare('agree', { count: results.length })}
        {!unrecognized && !single && groups.length > 1 && (
          <span className="text-warn">{compare('disagree', { count: groups.length })}</span>
        )}
      </p>
    </>
  )
}

function isUnrecognized(result: Classification): boolean {
  const { predictions, uncertain, model } = result
  const [best] = predictions
  return (
    !isMultiLabel(result) &&
    best !== undefined &&
    confidence(best.score, uncertain, model.calibrated) === 'unrecognized'
  )
}

const firstLabels = (labelled: readonly { label: string }[]) =>
  labelled
    .slice(0, 3)
    .map(({ label }) => label)
    .join(', ')
