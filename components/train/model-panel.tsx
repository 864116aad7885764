import { LoaderCircle } from 'lucide-react'
import { useSyncExternalStore } from 'react'
import { useTranslations } from 'use-intl'
import { loadingProgress } from '@/lib/client/device/loading-progress'
import type { TrainingSession } from '@/lib/client/training/session'
import type { TrainedModel, TrainingSnapshot } from '@/lib/client/training/types'
import { Disclosure } from '../ui/disclosure'
import { Copies } from './copies'
import { Doubtful } from './doubtful'
import { HardLabels } from './hard-labels'
import { MixUps } from './mix-ups'
import { Needs } from './needs'
import { Suspicious } from './suspicious'

interface ModelPanelProps {
  session: TrainingSession
  state: TrainingSnapshot
}

/** How good the model is, what it mixes up, and what would make it better. Always about the latest photos. */
export function ModelPanel({ session, state }: ModelPanelProps) {
  const t = useTranslations('train')
  const { model } = state
  return (
    <section aria-labelledby="model-title" className="rounded-2xl border border-line bg-card p-5 shadow-card">
      <div className="flex min-h-6 items-center gap-3">
        <h2 id="model-title" className="font-semibold text-sm">
          {t('modelTitle')}
        </h2>
        <Activity state={state} />
      </div>
      {model ? (
        state.multiLabel ? (
          <SeveralLabels model={model} />
        ) : (
          <Accuracy model={model} />
        )
      ) : (
        <NoModel state={state} />
      )}
      {model && (
        <div className="mt-5 grid grid-cols-[minmax(0,1fr)] gap-5 empty:hidden">
          <Suspicious session={session} state={state} model={model} />
          <Doubtful session={session} state={state} model={model} />
          <Copies session={session} state={state} model={model} />
          <HardLabels model={model} />
          <MixUps session={session} state={state} model={model} />
          <Needs model={model} />
        </div>
      )}
    </section>
  )
}

/** What is going on at the moment, in one line that doesn't move the page. */
function Activity({ state: { photos, serverAway, training } }: { state: TrainingSnapshot }) {
  const t = useTranslations('train')
  const pending = photos.filter(({ state }) => state === 'waiting' || state === 'reading').length
  const reading = pending > 0 && !serverAway
  const loaded = useSyncExternalStore(loadingProgress.subscribe, loadingProgress.snapshot, () => null)
  const text = serverAway
    ? t('waitingForServer')
    : loaded !== null
      ? t('loadingModel', { percent: whole(loaded) })
      : reading
        ? t('reading', { done: photos.length - pending, all: photos.length })
        : training
          ? t('training')
          : ''
  return (
    <p role="status" className="ml-auto flex items-center gap-1.5 text-right text-ink-2 text-xs">
      {(reading || training) && <LoaderCircle aria-hidden className="size-3.5 shrink-0 animate-spin" />}
      <span className={reading ? 'figures' : undefined}>{text}</span>
    </p>
  )
}

function NoModel({ state: { fault } }: { state: TrainingSnapshot }) {
  const t = useTranslations('train')
  if (fault?.reason === 'failed') {
    return (
      <div className="mt-2">
        <p className="font-semibold text-bad">{t('cannotTrain')}</p>
        <p lang="en" className="mt-1 text-ink-2 text-sm">
          {fault.detail}
        </p>
      </div>
    )
  }
  return (
    <div className="mt-2">
      <p className="font-semibold text-lg leading-snug tracking-tight">{t('needLabels')}</p>
      <p className="mt-1.5 max-w-[52ch] text-pretty text-ink-2 text-sm">{t('needLabelsHint')}</p>
    </div>
  )
}

const whole = (share: number) => Math.round(100 * share)

/** The figures of a model that gives a photo several labels. */
function SeveralLabels({ model: { multiLabel } }: { model: TrainedModel }) {
  const t = useTranslations('train')
  if (multiLabel === null) return <NotMeasured />
  const { map, interval, micro, macro, photos } = multiLabel
  return (
    <div className="mt-1">
      <p data-testid="mean-precision" className="font-semibold text-2xl leading-tight tracking-[-0.03em]">
        {t('meanPrecision', { percent: whole(map) })}
      </p>
      <p className="mt-1 max-w-[52ch] text-pretty text-ink-2 text-sm">
        {t('multiLabelFigures', { micro: whole(micro), macro: whole(macro), photos })}
        {interval && ` ${t('meanPrecisionHint', { low: whole(interval[0]), high: whole(interval[1]) })}`}
      </p>
      <Disclosure className="mt-2" label={<span className="text-xs">{t('how')}</span>}>
        <p className="max-w-[52ch] text-pretty text-ink-2 text-xs">{t('multiLabelHow')}</p>
      </Disclosure>
    </div>
  )
}

function NotMeasured() {
  const t = useTranslations('train')
  return (
    <div className="mt-2">
      <p className="font-semibold text-lg leading-snug tracking-tight">{t('notMeasured')}</p>
      <p className="mt-1.5 max-w-[52ch] text-pretty text-ink-2 text-sm">{t('notMeasuredHint')}</p>
    </div>
  )
}

function Accuracy({ model: { accuracy } }: { model: TrainedModel }) {
  const t = useTranslations('train')
  if (accuracy === null) return <NotMeasured />
  const [low, high] = accuracy.interval
  return (
    <div className="mt-1">
      <p data-testid="accuracy" className="font-semibold text-2xl leading-tight tracking-[-0.03em]">
        {t('accuracy', { percent: whole(accuracy.share) })}
      </p>
      <p className="mt-1 max-w-[52ch] text-pretty text-ink-2 text-sm">
        {t('accuracyHint', { photos: accuracy.photos, low: whole(low), high: whole(high) })}
      </p>
      <div aria-hidden className="relative mt-3 h-2 rounded-full bg-sunk">
        <div
          className="absolute inset-y-0 rounded-full bg-bar"
          style={{ left: `${100 * low}%`, width: `${100 * (high - low)}%` }}
        />
        <div
          className="-ml-[3px] absolute -inset-y-0.5 w-1.5 rounded-full bg-accent"
          style={{ left: `${100 * accuracy.share}%` }}
        />
      </div>
      <Disclosure className="mt-2" label={<span className="text-xs">{t('how')}</span>}>
        <p className="max-w-[52ch] text-pretty text-ink-2 text-xs">{t('accuracyHow')}</p>
      </Disclosure>
    </div>
  )
}
