import { useTranslations } from 'use-intl'
import type { Photo } from '@/lib/client/photos/photo-session'
import { agreementGroups, type ModelResult } from '@/lib/shared/results/agreement'
import { AgreementLine } from './agreement-line'
import { ModelCards } from './model-cards'
import { ScorePlot } from './score-plot'

interface OpinionsProps {
  photo: Photo
  models: readonly string[]
  /** The model that is looked at. */
  selected: string
  onSelect(model: string): void
  onRetry(model: string): void
}

/** What the models say of a photo: whether they agree, each one's answer, and where their scores part. */
export function Opinions({ photo, models, selected, onSelect, onRetry }: OpinionsProps) {
  const t = useTranslations('compare')
  const opinions = models.flatMap((model): ModelResult[] => {
    const phase = photo.phases[model]
    return phase?.name === 'answered' ? [{ model, result: phase.result }] : []
  })
  const complete = opinions.length === models.length
  const found = agreementGroups(opinions)
  return (
    <section aria-label={t('answers')} className="min-w-0 lg:pt-1">
      <AgreementLine groups={complete ? found : null} />
      <ModelCards
        photo={photo}
        models={models}
        majority={complete && found.length > 1 ? (found[0]?.label ?? null) : null}
        selected={selected}
        onSelect={onSelect}
        onRetry={onRetry}
      />
      {complete && <ScorePlot opinions={opinions} selected={selected} />}
    </section>
  )
}
