import { Trash2 } from 'lucide-react'
import { useTranslations } from 'use-intl'
import type { Failure } from '@/lib/client/api/failure'
import type { Photo } from '@/lib/client/photos/photo'
import { agreementGroups, type ModelResult } from '@/lib/shared/results/agreement'
import { confidence } from '@/lib/shared/results/confidence'
import { isMultiLabel } from '@/lib/shared/results/selected'
import { ServerAway } from '../classify/server-away'
import { Button } from '../ui/button'
import { lazy } from '../ui/lazy'
import { usePreload } from '../ui/use-preload'
import { useProblem } from '../ui/use-problem'
import { AgreementLine } from './agreement-line'
import { ModelCards } from './model-cards'

const ScorePlot = lazy(() => import('./score-plot').then((module) => module.ScorePlot))

interface ModelResultsProps {
  photo: Photo
  models: readonly string[]
  /** The models' marks. */
  letters: ReadonlyMap<string, string>
  /** The selected model. */
  selected: string
  onSelect(model: string): void
  onRetry(model: string): void
  onRemove(): void
  /** Asks at once whether the server is back. */
  onTryServer(): void
  /** Whether photos are classified in this browser. */
  here: boolean
}

/** The results of all models for a photo: whether they agree, each result, and how their scores differ. */
export function ModelResults({
  photo,
  models,
  letters,
  selected,
  onSelect,
  onRetry,
  onRemove,
  onTryServer,
  here,
}: ModelResultsProps) {
  const t = useTranslations('compare')
  usePreload(ScorePlot)
  const results = models.flatMap((model): ModelResult[] => {
    const phase = photo.phases[model]
    return phase?.name === 'answered' ? [{ model, result: phase.result }] : []
  })
  const phases = models.map((model) => photo.phases[model])
  const away = phases.some((phase) => phase?.name === 'away')
  const failures = phases.flatMap((phase) => (phase?.name === 'failed' ? [phase.failure] : []))
  const failed = failures.length
  const complete = results.length + failed === models.length
  const groups = agreementGroups(results)
  const recognized = results.some(isRecognized)
  return (
    <section aria-label={t('answers')} className="min-w-0 lg:pt-1">
      {away && <ServerAway here={here} onTryNow={onTryServer} />}
      {!away && complete && groups.length === 0 && <NoResult failures={failures} onRemove={onRemove} />}
      {!away && (!complete || groups.length > 0) && (
        <AgreementLine groups={complete ? groups : null} failed={failed} recognized={recognized} />
      )}
      <ModelCards
        photo={photo}
        models={models}
        letters={letters}
        majority={complete && recognized && groups.length > 1 ? (groups[0]?.label ?? null) : null}
        selected={selected}
        onSelect={onSelect}
        onRetry={onRetry}
      />
      {complete && results.length > 1 && <ScorePlot results={results} selected={selected} letters={letters} />}
    </section>
  )
}

/** Every model failed. Their cards say why and offer another attempt, unless the photo itself is at fault. */
function NoResult({ failures, onRemove }: { failures: readonly Failure[]; onRemove(): void }) {
  const t = useTranslations('compare')
  const words = useTranslations('failure')
  const problem = useProblem()
  const fault = failures.every(({ retryable }) => !retryable) ? failures[0] : undefined
  return (
    <div role="status" className="min-h-[6.5rem]">
      <h1 className="font-semibold text-xl tracking-tight">{t('noResult')}</h1>
      {fault && (
        <>
          <p className="mt-3 max-w-[44em] text-pretty text-ink-2">{problem(fault).detail}</p>
          <Button className="mt-4" onClick={onRemove}>
            <Trash2 aria-hidden /> {words('remove')}
          </Button>
        </>
      )}
    </div>
  )
}

function isRecognized({ result }: ModelResult): boolean {
  const { predictions, uncertain, model } = result
  return isMultiLabel(result) || confidence(predictions[0]?.score ?? 0, uncertain, model.calibrated) !== 'unrecognized'
}
