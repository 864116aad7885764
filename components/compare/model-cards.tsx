import clsx from 'clsx'
import { RotateCw } from 'lucide-react'
import { useTranslations } from 'use-intl'
import type { Phase, Photo } from '@/lib/client/photos/photo'
import type { Classification } from '@/lib/shared/contract/contract'
import { confidence } from '@/lib/shared/results/confidence'
import { agreedOf, answerOf, isMultiLabel } from '@/lib/shared/results/selected'
import { useModelName } from '../classify/use-model-name'
import { Button } from '../ui/button'
import { Radio, RadioGroup } from '../ui/radio-group'
import { useFormat } from '../ui/use-format'
import { useOnline } from '../ui/use-online'
import { useProblem } from '../ui/use-problem'
import { ModelMark } from './model-mark'

interface ModelCardsProps {
  photo: Photo
  models: readonly string[]
  /** The models' marks. */
  letters: ReadonlyMap<string, string>
  /** The label that most models chose; null if they agree. */
  majority: string | null
  selected: string
  onSelect(model: string): void
  onRetry(model: string): void
}

/** The result of each model. One is selected; arrow keys move the selection. */
export function ModelCards({ photo, models, letters, majority, selected, onSelect, onRetry }: ModelCardsProps) {
  const t = useTranslations('compare')
  const name = useModelName()
  return (
    <RadioGroup
      aria-label={t('selectedModel')}
      value={selected}
      onChange={onSelect}
      className={clsx('mt-4 grid gap-3', models.length > 2 ? 'sm:grid-cols-3' : 'sm:grid-cols-2')}
    >
      {models.map((model) => {
        const phase = photo.phases[model]
        const differs = phase?.name === 'answered' && majority !== null && agreedOf(phase.result) !== majority
        return (
          <div key={model} className="flex min-w-0 flex-col">
            {/* biome-ignore lint/a11y/noLabelWithoutControl: the radio inside is the control */}
            <label
              className={clsx(
                'relative flex min-h-[8.25rem] flex-1 cursor-pointer flex-col rounded-card border bg-card px-3.5 py-4 has-checked:shadow-card has-focus-visible:outline-2 has-focus-visible:outline-accent has-focus-visible:outline-offset-2',
                differs ? 'border-warn bg-warn-soft' : 'border-line',
                'has-checked:ring-2 has-checked:ring-accent',
              )}
            >
              <Radio value={model} />
              <span className="flex items-center gap-2 text-sm">
                <ModelMark letter={letters.get(model) ?? ''} on={model === selected} />
                <span className="mr-auto truncate font-medium text-ink-2">{name(model)}</span>
                {differs && <span className="shrink-0 font-semibold text-warn text-xs">{t('differs')}</span>}
              </span>
              <CardResult phase={phase} />
            </label>
            {phase?.name === 'failed' && phase.failure.retryable && (
              <Button className="mt-2" onClick={() => onRetry(model)}>
                <RotateCw aria-hidden /> {t('again')}
              </Button>
            )}
          </div>
        )
      })}
    </RadioGroup>
  )
}

function CardResult({ phase }: { phase: Phase | undefined }) {
  const problem = useProblem()
  const away = useTranslations('away')
  const online = useOnline()
  if (phase?.name === 'away')
    return <span className="mt-2 text-ink-2 text-sm">{away(online ? 'title' : 'offlineTitle')}</span>
  if (phase?.name === 'failed') return <span className="mt-2 text-bad text-sm">{problem(phase.failure).title}</span>
  if (phase?.name !== 'answered') {
    return (
      <span aria-busy className="mt-3 grid animate-pulse gap-3">
        <span className="h-5 w-4/5 rounded-full bg-sunk" />
        <span className="h-5 w-1/2 rounded-full bg-sunk" />
      </span>
    )
  }
  return <Figures result={phase.result} />
}

function Figures({ result }: { result: Classification }) {
  const { predictions, timings, uncertain, model } = result
  const t = useTranslations('compare')
  const words = useTranslations('confidence')
  const none = useTranslations('several')
  const format = useFormat()
  const [best] = predictions
  if (!best) return null
  const several = isMultiLabel(result)
  const level = several ? null : confidence(best.score, uncertain, model.calibrated)
  const label = answerOf(result)
  return (
    <>
      <span
        lang={label === null ? undefined : 'en'}
        className={clsx(
          'mt-1 text-balance leading-tight tracking-tight [overflow-wrap:anywhere]',
          level === 'unrecognized' ? 'text-ink-2 text-sm' : 'font-semibold text-lg',
        )}
      >
        {label ?? none('none')}
      </span>
      <span className="figures mt-auto flex flex-wrap items-baseline justify-between gap-x-2 pt-3 text-sm">
        <span>
          {!several && <span className="text-lg">{format.percent(best.score)}</span>}
          {!several && <span className="ml-0.5 text-ink-2">%</span>}
          {uncertain && (
            <span className="ml-1.5 font-sans text-warn text-xs">
              {level === 'unrecognized' ? words(level) : t('uncertain')}
            </span>
          )}
        </span>
        <span className="text-ink-2 text-xs">{t('milliseconds', { value: format.milliseconds(timings.run_ms) })}</span>
      </span>
    </>
  )
}
