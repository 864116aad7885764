import { useTranslations } from 'use-intl'
import type { HeadPrediction } from '@/lib/client/training/predict'
import type { UncertainReason } from '@/lib/shared/metrics/uncertainty'
import { confidence } from '@/lib/shared/results/confidence'
import { ProbabilityChart } from '../charts/probability-chart'

/** What the model says about a photo: the label in words and large, and the scores as bars. */
export function HeadResult({ result: { predictions, uncertainReason } }: { result: HeadPrediction }) {
  const t = useTranslations('train')
  const answer = useTranslations('answer')
  const words = useTranslations('confidence')
  const [best, second] = predictions
  if (!best) return null
  if (best.selected !== undefined) return <SeveralLabels predictions={predictions} reason={uncertainReason} />
  const none = uncertainReason === 'unlike_known'
  const level = confidence(best.score, uncertainReason !== null, true)
  return (
    <div role="status" className="mt-3 min-w-0">
      {!none && (
        <p className={level === 'uncertain' ? 'font-semibold text-sm text-warn' : 'font-semibold text-accent text-sm'}>
          {words(level)}
        </p>
      )}
      <p
        translate={none ? undefined : 'no'}
        data-testid="tried-label"
        className="font-semibold text-xl leading-tight tracking-tight [overflow-wrap:anywhere]"
      >
        {none ? t('noneFits') : best.label}
      </p>
      <div className="mt-2">
        <ProbabilityChart predictions={predictions} />
      </div>
      {uncertainReason !== null && (
        <p className="mt-2 text-pretty rounded-card bg-warn-soft px-3 py-2 text-sm text-warn">
          {none
            ? t('unlikeKnown')
            : uncertainReason === 'small_margin' && second
              ? answer('smallMargin', { label: second.label })
              : answer('lowScore', { percent: Math.round(100 * best.score) })}
        </p>
      )}
    </div>
  )
}

/** All labels that apply, which may be none. */
function SeveralLabels({
  predictions,
  reason,
}: {
  predictions: HeadPrediction['predictions']
  reason: UncertainReason | null
}) {
  const t = useTranslations('train')
  const answer = useTranslations('answer')
  const selected = predictions.filter((one) => one.selected)
  return (
    <div role="status" className="mt-3 min-w-0">
      <p
        data-testid="tried-label"
        translate={selected.length === 0 ? undefined : 'no'}
        className="flex flex-wrap gap-x-3 font-semibold text-xl leading-tight tracking-tight [overflow-wrap:anywhere]"
      >
        {selected.length === 0 ? t('noneFits') : selected.map(({ label }) => <span key={label}>{label}</span>)}
      </p>
      <div className="mt-2">
        <ProbabilityChart predictions={predictions} />
      </div>
      {reason !== null && (
        <p className="mt-2 text-pretty rounded-card bg-warn-soft px-3 py-2 text-sm text-warn">
          {reason === 'unlike_known' ? t('unlikeKnown') : answer('nearThreshold')}
        </p>
      )}
    </div>
  )
}
