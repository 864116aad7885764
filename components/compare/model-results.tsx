import { useTranslations } from 'use-intl'
import type { Photo } from '@/lib/client/photos/photo'
import { agreementGroups, type ModelResult } from '@/lib/shared/results/agreement'
import { confidence } from '@/lib/shared/results/confidence'
import { ServerAway } from '../classify/server-away'
import { AgreementLine } from './agreement-line'
import { ModelCards } from './model-cards'
import { ScorePlot } from './score-plot'

interface ModelResultsProps {
  photo: Photo
  models: readonly string[]
  /** The models' marks. */
  letters: ReadonlyMap<string, string>
  /** The selected model. */
  selected: string
  onSelect(model: string): void
  onRetry(model: string): void
  /** Asks at once whether the server is back. */
  onTryServer(): void
}

/** The results of all models for a photo: whether they agree, each result, and how their scores differ. */
export function ModelResults({ photo, models, letters, selected, onSelect, onRetry, onTryServer }: ModelResultsProps) {
  const t = useTranslations('compare')
  const results = models.flatMap((model): ModelResult[] => {
    const phase = photo.phases[model]
    return phase?.name === 'answered' ? [{ model, result: phase.result }] : []
  })
  const phases = models.map((model) => photo.phases[model]?.name)
  const away = phases.includes('away')
  const failed = phases.filter((name) => name === 'failed').length
  const complete = results.length + failed === models.length
  const groups = agreementGroups(results)
  const recognized = results.some(isRecognized)
  return (
    <section aria-label={t('answers')} className="min-w-0 lg:pt-1">
      {away && <ServerAway onTryNow={onTryServer} />}
      {!away && complete && groups.length === 0 && <NoResult />}
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

/** Every model failed. Their cards say why and offer another attempt. */
function NoResult() {
  const t = useTranslations('compare')
  return (
    <div role="status" className="min-h-[104px]">
      <h1 className="font-semibold text-xl tracking-tight">{t('noResult')}</h1>
    </div>
  )
}

function isRecognized({ result: { predictions, uncertain, model } }: ModelResult): boolean {
  return confidence(predictions[0]?.score ?? 0, uncertain, model.calibrated) !== 'unrecognized'
}
