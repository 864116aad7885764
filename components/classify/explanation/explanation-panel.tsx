'use client'

import { RotateCw, X } from 'lucide-react'
import { useId } from 'react'
import { useTranslations } from 'use-intl'
import type { Prediction } from '@/lib/shared/contract/contract'
import type { Explanation } from '@/lib/shared/contract/explain'
import { hottestRegions } from '@/lib/shared/explain/hottest-regions'
import { Button } from '../../ui/button'
import { Disclosure } from '../../ui/disclosure'
import { Slider } from '../../ui/slider'
import { useFormat } from '../../ui/use-format'
import { useOnline } from '../../ui/use-online'
import { useProblem } from '../../ui/use-problem'
import type { ExplanationPhase, ExplanationState } from './use-explanation'

interface ExplanationPanelProps {
  state: ExplanationState
  /** The labels that can be explained. */
  predictions: readonly Prediction[]
}

/** Explains a label with a heatmap over the photo. The explanation is requested when the panel is opened. */
export function ExplanationPanel({ state, predictions }: ExplanationPanelProps) {
  const t = useTranslations('why')
  return (
    <Disclosure className="mt-1" label={t('title')} open={state.open} onOpenChange={state.setOpen}>
      <LabelChoice state={state} predictions={predictions} />
      {state.phase?.name === 'away' ? <Away onTryNow={state.tryServerNow} /> : <Progress state={state} />}
      {state.phase?.name === 'explained' && <Result state={state} explanation={state.phase.explanation} />}
    </Disclosure>
  )
}

function LabelChoice({ state, predictions }: ExplanationPanelProps) {
  const t = useTranslations('why')
  const id = useId()
  return (
    <div className="flex max-w-[26.25rem] flex-wrap items-center gap-x-4">
      <label htmlFor={id} className="w-20 shrink-0 text-ink-2 text-sm">
        {t('label')}
      </label>
      <select
        id={id}
        lang="en"
        value={state.label ?? ''}
        onChange={({ target }) => state.setLabel(Number(target.value))}
        className="h-10 min-w-32 flex-1 rounded-card border border-line-2 bg-card px-3 text-sm"
      >
        {predictions.map(({ index, label }) => (
          <option key={index} value={index}>
            {label}
          </option>
        ))}
      </select>
    </div>
  )
}

/** Progress, failure and cancellation share one place, so that nothing shifts and screen readers announce changes. */
function Progress({ state: { phase, cancel, retry } }: { state: ExplanationState }) {
  const t = useTranslations('why')
  const problem = useProblem()
  if (phase?.name === 'explained') return null
  return (
    <div className="flex min-h-10 items-center gap-4">
      {phase?.name === 'failed' || phase?.name === 'cancelled' ? (
        <>
          <p role="status" className={phase.name === 'failed' ? 'text-bad text-sm' : 'text-ink-2 text-sm'}>
            {phase.name === 'failed' ? problem(phase.failure).detail : t('cancelled')}
          </p>
          <Button onClick={retry} className="shrink-0">
            <RotateCw aria-hidden /> {t('again')}
          </Button>
        </>
      ) : (
        <>
          <Bar phase={phase} />
          <Button onClick={cancel} className="shrink-0">
            <X aria-hidden /> {t('cancel')}
          </Button>
        </>
      )}
    </div>
  )
}

/** The server doesn't respond. Nothing needs to be done. */
function Away({ onTryNow }: { onTryNow(): void }) {
  const t = useTranslations('away')
  const online = useOnline()
  return (
    <div className="flex min-h-10 items-center gap-4">
      <p role="status" className="text-ink-2 text-sm">
        {t(online ? 'title' : 'offlineTitle')}
      </p>
      <Button onClick={onTryNow} className="shrink-0">
        <RotateCw aria-hidden /> {t('tryNow')}
      </Button>
    </div>
  )
}

function Bar({ phase }: { phase: ExplanationPhase | null }) {
  const t = useTranslations('why')
  const { done, total } = phase?.name === 'running' ? phase : { done: 0, total: 1 }
  return (
    <div className="max-w-[18.75rem] flex-1">
      <p className="text-ink-2 text-sm">{total > 1 ? t('runningOf', { of: total }) : t('running')}</p>
      <div
        role="progressbar"
        aria-label={t('progress')}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round((100 * done) / total)}
        className="mt-1.5 h-1.5 overflow-hidden rounded-full bg-sunk"
      >
        <div className="h-full rounded-full bg-accent" style={{ width: `${(100 * done) / total}%` }} />
      </div>
    </div>
  )
}

function Result({ state, explanation }: { state: ExplanationState; explanation: Explanation }) {
  const t = useTranslations('why')
  const result = useTranslations('answer')
  const format = useFormat()
  const { label, runs, timings } = explanation
  return (
    <>
      <Slider
        label={t('strength')}
        value={state.opacity}
        min={0}
        max={1}
        step={0.05}
        onChange={state.setOpacity}
        format={(share) => result('percent', { value: Math.round(100 * share) })}
      />
      <p role="status" className="max-w-[46em] text-pretty text-ink-2 text-sm">
        {t.rich('found', {
          label: label.label,
          en: (chunk) => <span lang="en">{chunk}</span>,
          place: format.list(hottestRegions(explanation).map((region) => t(`places.${region}`))),
        })}
      </p>
      <p className="text-ink-3 text-xs">{t('cost', { runs, milliseconds: format.milliseconds(timings.total_ms) })}</p>
    </>
  )
}
