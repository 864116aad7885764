import { useTranslations } from 'use-intl'
import type { Photo } from '@/lib/client/photos/photo'
import { agreementGroups, type ModelResult } from '@/lib/shared/results/agreement'
import { AgreementLine } from './agreement-line'
import { ModelCards } from './model-cards'
import { ScorePlot } from './score-plot'

interface ModelResultsProps {
  photo: Photo
  models: readonly string[]
  /** The selected model. */
  selected: string
  onSelect(model: string): void
  onRetry(model: string): void
}

/** The results of all models for a photo: whether they agree, each result, and how their scores differ. */
export function ModelResults({ photo, models, selected, onSelect, onRetry }: ModelResultsProps) {
  const t = useTranslations('compare')
  const results = models.flatMap((model): ModelResult[] => {
    const phase = photo.phases[model]
    return phase?.name === 'answered' ? [{ model, result: phase.result }] : []
  })
  const complete = results.length === models.length
  const groups = agreementGroups(results)
  return (
    <section aria-label={t('answers')} className="min-w-0 lg:pt-1">
      <AgreementLine groups={complete ? groups : null} />
      <ModelCards
        photo={photo}
        models={models}
        majority={complete && groups.length > 1 ? (groups[0]?.label ?? null) : null}
        selected={selected}
        onSelect={onSelect}
        onRetry={onRetry}
      />
      {complete && <ScorePlot results={results} selected={selected} />}
    </section>
  )
}
