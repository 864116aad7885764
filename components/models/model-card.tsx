'use client'

import Link from 'next/link'
import { useTranslations } from 'use-intl'
import type { VoteSummary } from '@/lib/shared/contract/feedback'
import type { EvaluationSummary, ModelDetails, TrainingSummary } from '@/lib/shared/contract/model-details'
import { hasTop5 } from '@/lib/shared/metrics/evaluation'
import { useModelName } from '../classify/use-model-name'
import { useFormat } from '../ui/use-format'
import { LatencyLine } from './latency'
import type { LatencyState } from './use-latencies'

interface ModelCardProps {
  model: ModelDetails
  latency: LatencyState | undefined
  onMeasure(): void
  /** Whether models can be trained on this server. */
  canTrain: boolean
  /** Whether the models run in this browser. */
  here: boolean
}

const TRAIN_LINK = 'mt-4 self-start font-medium text-accent text-sm underline-offset-4 hover:underline'

/** A model with its accuracy, calibration and speed. */
export function ModelCard({ model, latency, onMeasure, canTrain, here }: ModelCardProps) {
  const t = useTranslations('models')
  const name = useModelName()
  const type = model.type && name(model.type)
  return (
    <article className="flex w-full flex-col rounded-card border border-line bg-card p-5 shadow-card">
      <div className="flex flex-wrap items-center gap-2">
        <h2 translate="no" className="mr-auto font-semibold text-base">
          {model.title}
        </h2>
        {model.default ? (
          <Badge tone="accent">{type ? t('defaultType', { type }) : t('default')}</Badge>
        ) : (
          type && <Badge tone="plain">{type}</Badge>
        )}
        {model.base_model && <Badge tone="plain">{t('custom')}</Badge>}
        {model.status === 'failed' && <Badge tone="bad">{t('failed')}</Badge>}
        {model.status === 'loading' && <Badge tone="plain">{t('loading')}</Badge>}
      </div>
      <p className="mt-1 break-all font-mono text-ink-3 text-xs">{model.id}</p>
      {model.error !== null ? (
        <p className="mt-4 text-bad text-sm [overflow-wrap:anywhere]">{t('notAvailable', { reason: model.error })}</p>
      ) : (
        <>
          <Accuracy model={model} />
          <Facts model={model} />
          {model.votes && <Votes votes={model.votes} />}
          <LatencyLine state={latency} ready={model.status === 'ready'} here={here} onMeasure={onMeasure} />
          {canTrain && model.training && (
            <Link href={`/train?model=${encodeURIComponent(model.id)}`} prefetch={false} className={TRAIN_LINK}>
              {t('openTraining')}
            </Link>
          )}
          {model.limits && (
            <details className="mt-4 border-line border-t pt-4 text-sm">
              <summary className="cursor-pointer font-medium text-ink-2 hover:text-ink">{t('sourceAndLimits')}</summary>
              {model.published && (
                <p className="mt-2 text-ink-2">
                  {t('publishedSource')} <span lang="en">{model.published.source}.</span>
                </p>
              )}
              <p lang="en" className="mt-2 text-ink-2">
                {model.source}.
              </p>
              <p lang="en" className="mt-2 text-ink-2">
                {model.limits}.
              </p>
            </details>
          )}
        </>
      )}
    </article>
  )
}

/** The published accuracy, and below it our own with its range. Without a published one, ours is the large figure. */
function Accuracy({ model }: { model: ModelDetails }) {
  const t = useTranslations('models')
  const percent = usePercent()
  const format = useFormat()
  const { published, evaluation, training } = model
  if (model.text !== null) {
    return (
      <div className="mt-5">
        <p className="font-semibold text-xl tracking-tight">{t('wordsModel')}</p>
        <p className="mt-1 text-ink-3 text-xs">{t('wordsHint')}</p>
      </div>
    )
  }
  if (training && !evaluation) return <TrainedAccuracy training={training} />
  if (!published && !evaluation) {
    return (
      <div className="mt-5">
        <p className="font-semibold text-xl tracking-tight">{t('notMeasured')}</p>
        <p className="mt-1 text-ink-3 text-xs">{t('measureHint')}</p>
      </div>
    )
  }
  return (
    <div className="mt-5">
      <p className="font-semibold text-xl tabular-nums tracking-tight">
        {percent(published?.value ?? evaluation?.top1 ?? 0)}
        <span className="ml-2 font-normal text-ink-2 text-sm tracking-normal">{t('top1')}</span>
      </p>
      <p className="text-ink-2 text-sm">
        {!published
          ? t('noPublished')
          : published.photos
            ? t('publishedOn', { photos: format.integer(published.photos) })
            : t('published')}
      </p>
      {evaluation && <OwnFigure model={model} evaluation={evaluation} />}
    </div>
  )
}

/** What cross-validation measured when a custom model was trained. */
function TrainedAccuracy({ training: { examples, accuracy, multiLabel, purpose } }: { training: TrainingSummary }) {
  const t = useTranslations('models')
  const percent = usePercent()
  const interval = useInterval()
  return (
    <div className="mt-5">
      {multiLabel ? (
        <>
          <p className="font-semibold text-xl tabular-nums tracking-tight">
            {percent(multiLabel.map)}
            <span className="ml-2 font-normal text-ink-2 text-sm tracking-normal">{t('meanPrecision')}</span>
          </p>
          <p className="text-ink-2 text-sm">
            {t('multiLabelMeasured', {
              photos: multiLabel.photos,
              micro: percent(multiLabel.micro_f1),
              macro: percent(multiLabel.macro_f1),
            })}
          </p>
        </>
      ) : accuracy ? (
        <>
          <p className="font-semibold text-xl tabular-nums tracking-tight">
            {percent(accuracy.top1)}
            <span className="ml-2 font-normal text-ink-2 text-sm tracking-normal">{t('top1')}</span>
          </p>
          <p className="text-ink-2 text-sm">
            {t('crossValidated', { photos: accuracy.photos, interval: interval(accuracy.interval) })}
          </p>
        </>
      ) : (
        <>
          <p className="font-semibold text-xl tracking-tight">{t('notMeasured')}</p>
          <p className="mt-1 text-ink-2 text-sm">{t('trainedOn', { photos: examples })}</p>
        </>
      )}
      {purpose !== null && (
        <p translate="no" className="mt-2 text-pretty text-ink-2 text-sm [overflow-wrap:anywhere]">
          {purpose}
        </p>
      )}
    </div>
  )
}

/** What `vision eval` measured, on fewer photos, so with its interval. */
function OwnFigure({ model, evaluation }: { model: ModelDetails; evaluation: EvaluationSummary }) {
  const t = useTranslations('models')
  const format = useFormat()
  const interval = useInterval()
  return (
    <p className="mt-2 text-ink-3 text-xs">
      {t('measuredOn', {
        top1: format.percent(evaluation.top1),
        images: String(evaluation.images),
        // The figure's own text is `650 photos of ImageNet's validation set`.
        dataset: evaluation.dataset.replace(/^\d+ (photos (of|in) )?/, ''),
        interval: interval(evaluation.top1_interval),
      })}
      {hasTop5(model.classes) && ` ${t('top5', { top5: format.percent(evaluation.top5) })}`}
    </p>
  )
}

function Facts({ model }: { model: ModelDetails }) {
  const t = useTranslations('models')
  const percent = usePercent()
  const format = useFormat()
  const interval = useInterval()
  const uncertainShare = useUncertainShare()
  const { evaluation } = model
  return (
    <dl className="mt-5 grid grid-cols-[fit-content(60%)_minmax(0,1fr)] gap-x-5 gap-y-2.5 hyphens-auto text-sm [overflow-wrap:anywhere] [&_dd]:text-right [&_dd]:tabular-nums [&_dt]:text-ink-2">
      <dt>{t('confidence')}</dt>
      <dd>{t(model.calibrated ? 'calibrated' : 'notCalibrated')}</dd>
      {evaluation && model.calibrated && (
        <>
          <dt>{t('calibrationError')}</dt>
          <dd title={t('perfectHint', { interval: interval(evaluation.ece_of_perfect) })}>{percent(evaluation.ece)}</dd>
        </>
      )}
      <dt>{t('uncertain')}</dt>
      <dd>{uncertainShare(model)}</dd>
      <dt>{t('labels')}</dt>
      <dd>{model.text ? t('anyLabels') : format.integer(model.classes)}</dd>
      <dt>{t('input')}</dt>
      <dd>{model.input ? `${model.input.width} × ${model.input.height}` : '–'}</dd>
      <dt>{t('size')}</dt>
      <dd>{format.bytes(model.bytes)}</dd>
      <dt>{t('license')}</dt>
      <dd>{model.license ? <span translate="no">{model.license}</span> : t('notSpecified')}</dd>
      <dt>{t('revision')}</dt>
      <dd translate="no" className="font-mono text-xs leading-5" title={model.revision}>
        {model.revision.slice(7, 19)}
      </dd>
    </dl>
  )
}

/** Visitors' feedback on the model's results. */
function Votes({ votes: { votes, right, interval, corrected } }: { votes: VoteSummary }) {
  const t = useTranslations('models')
  const format = useFormat()
  const formatInterval = useInterval()
  return (
    <div className="mt-4 border-line border-t pt-4 text-sm">
      <p className="flex justify-between gap-5">
        <span className="text-ink-2">{t('votes')}</span>
        <span className="tabular-nums">{t('votesRight', { percent: format.percent(right / votes) })}</span>
      </p>
      <p className="mt-0.5 text-ink-3 text-xs">{t('votesHint', { votes, interval: formatInterval(interval) })}</p>
      {corrected.length > 0 && (
        <p className="mt-2 text-ink-2 text-xs">
          {t('votesCorrected')}
          {corrected
            .map(({ label, votes: count, to }) => {
              const names = to.map((each) => each.label).join(', ')
              return names ? t('votesTo', { label, count, to: names }) : t('votesOnly', { label, count })
            })
            .join('; ')}
        </p>
      )}
    </div>
  )
}

function usePercent(): (share: number) => string {
  const t = useTranslations('answer')
  const format = useFormat()
  return (share) => t('percent', { value: format.percent(share) })
}

function useInterval(): (interval: readonly [number, number]) => string {
  const t = useTranslations('models')
  const format = useFormat()
  return ([low, high]) => t('interval', { low: format.percent(low), high: format.percent(high) })
}

/** How often its results are uncertain. */
function useUncertainShare(): (model: ModelDetails) => string {
  const t = useTranslations('models')
  const format = useFormat()
  return ({ knowsDoubt, evaluation }) => {
    if (!knowsDoubt) return t('never')
    return evaluation ? t('ofPhotos', { percent: format.percent(evaluation.uncertain) }) : t('marked')
  }
}

const TONES = { plain: 'bg-sunk text-ink-2', accent: 'bg-accent-soft text-accent', bad: 'bg-bad-soft text-bad' }

function Badge({ tone, children }: { tone: keyof typeof TONES; children: string }) {
  return <span className={`rounded-full px-2.5 py-0.5 font-medium text-xs ${TONES[tone]}`}>{children}</span>
}
