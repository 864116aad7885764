import { useTranslations } from 'use-intl'
import type { Classification, ModelRef, Prediction } from '@/lib/shared/contract/contract'
import { selectedOf } from '@/lib/shared/results/selected'
import { useFormat } from '../ui/use-format'
import { UncertainReason } from './uncertain-reason'

/** What is needed of a result, which links carry as well. */
type SeveralResult = Pick<Classification, 'predictions' | 'uncertain' | 'uncertain_reason'> & {
  model: Pick<ModelRef, 'calibrated' | 'problem_type'>
}

/** All labels that apply to a photo, each with its own score; or that none does, and which comes closest. */
export function SeveralLabels({ result }: { result: SeveralResult }) {
  const t = useTranslations('several')
  const answer = useTranslations('answer')
  const words = useTranslations('confidence')
  const { uncertain, model } = result
  const selected = selectedOf(result) ?? []
  return (
    <>
      {(uncertain || selected.length > 0) && (
        <p className={uncertain ? 'font-semibold text-warn' : 'font-semibold text-accent'}>
          {uncertain ? words('uncertain') : t('apply', { count: selected.length })}
        </p>
      )}
      {selected.length > 0 ? <Headline labels={selected} /> : <NoLabel closest={result.predictions[0]} />}
      <p className="mt-3 text-ink-2 text-sm" title={answer(model.calibrated ? 'calibratedHint' : 'notCalibratedHint')}>
        {t('ownScores')} {answer(model.calibrated ? 'calibrated' : 'notCalibrated')}
      </p>
      {selected.map(
        ({ label, note }) =>
          note && (
            <p key={label} lang="en" className="mt-3 text-ink-2 text-sm">
              {label}: {note}
            </p>
          ),
      )}
      {uncertain && <UncertainReason result={result} />}
    </>
  )
}

/** More labels than these are shown smaller. */
const FEW = 4

/** The labels side by side, as one heading. */
function Headline({ labels }: { labels: readonly Prediction[] }) {
  const format = useFormat()
  const answer = useTranslations('answer')
  const size = labels.length > FEW ? 'text-base' : 'text-xl'
  return (
    <h1 className="mt-2 flex flex-wrap gap-2">
      {labels.map(({ index, label, score }) => (
        <span key={index} className="inline-flex items-baseline gap-2.5 rounded-card bg-accent-soft px-3 py-1.5">
          <span lang="en" className={`font-semibold ${size} leading-tight tracking-tight [overflow-wrap:anywhere]`}>
            {label}
          </span>{' '}
          <span className="figures whitespace-nowrap font-normal text-ink-2 text-sm">
            {answer('percent', { value: format.percent(score) })}
          </span>
          <span className="sr-only">, </span>
        </span>
      ))}
    </h1>
  )
}

function NoLabel({ closest }: { closest: Prediction | undefined }) {
  const t = useTranslations('several')
  const format = useFormat()
  return (
    <>
      <h1 className="text-balance font-semibold text-2xl leading-[1.1] tracking-[-0.03em]">{t('none')}</h1>
      {closest && (
        <p className="mt-2 text-ink-2">
          {t.rich('closest', {
            label: closest.label,
            percent: format.percent(closest.score),
            en: (chunk) => <span lang="en">{chunk}</span>,
          })}
        </p>
      )}
    </>
  )
}
