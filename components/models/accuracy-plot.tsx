'use client'

import clsx from 'clsx'
import { useTranslations } from 'use-intl'
import type { ModelDetails } from '@/lib/shared/contract/model-details'
import { positionOn, type Scale, scaleFor } from '@/lib/shared/metrics/plot-scale'
import { useModelName } from '../classify/use-model-name'
import { Button } from '../ui/button'
import { useFormat } from '../ui/use-format'
import { type Latencies, useWhenVisible } from './use-latencies'

/** Space around the points: percentage points, and a share of the longest time. */
const MARGIN_POINTS = 2
const MARGIN_TIME = 0.25
/** A point further right than this has its name on the left. */
const NAME_ON_LEFT = 0.6

interface Point {
  id: string
  name: string
  /** In percent. */
  accuracy: number
  /** Of a figure that was measured on few photos, in percent; null for a published one. */
  range: readonly [number, number] | null
  /** Of one run of the model, in milliseconds; null until it is measured. */
  time: number | null
}

interface AccuracyPlotProps {
  models: readonly ModelDetails[]
  latencies: Latencies
  /** Whether the models run in this browser, which loads them first. */
  here: boolean
}

/**
 * Accuracy against time of all installed models. The times are measured when the plot comes into view, or if that loads
 * the models into this browser, when the visitor asks for it.
 */
export function AccuracyPlot({ models, latencies, here }: AccuracyPlotProps) {
  const t = useTranslations('models')
  const name = useModelName()
  const ready = models.filter(({ status }) => status === 'ready')
  async function measureAll(): Promise<void> {
    for (const model of ready) await latencies.measure(model)
  }
  const figure = useWhenVisible<HTMLElement>(() => {
    if (!here) void measureAll()
  })
  const isIdle = here && ready.every(({ id }) => latencies.of[id] === undefined)
  const points = ready.flatMap((model): Point[] => {
    const state = latencies.of[model.id]
    const accuracy = accuracyOf(model)
    if (!accuracy) return []
    return [
      {
        id: model.id,
        name: model.type ? name(model.type) : model.title,
        ...accuracy,
        time: state?.name === 'done' ? state.run : null,
      },
    ]
  })
  // Custom models have labels of their own, so that their accuracy says nothing beside the others.
  const unknown = ready
    .filter((model) => model.base_model === null && accuracyOf(model) === null)
    .map(({ title }) => title)
  if (points.length === 0) return null
  return (
    <figure ref={figure} aria-labelledby="plot-title" className="mt-8 rounded-card border border-line bg-card p-5">
      <figcaption>
        <h2 id="plot-title" className="font-semibold">
          {t('plotTitle')}
        </h2>
        <p className="mt-1 max-w-[68ch] text-ink-2 text-sm">
          {t(here ? 'plotHintHere' : 'plotHint')} {points.some(({ range }) => range) && t('plotRange')}
        </p>
      </figcaption>
      {isIdle && <MeasureAll models={ready} onMeasure={() => void measureAll()} />}
      <Plot points={points} empty={t(isIdle ? 'notMeasured' : 'measuring')} />
      {unknown.length > 0 && (
        <p className="mt-3 text-ink-2 text-xs">{t('plotUnknown', { models: unknown.join(', ') })}</p>
      )}
      <Table points={points} empty={t(isIdle ? 'notMeasured' : 'measuring')} />
    </figure>
  )
}

function MeasureAll({ models, onMeasure }: { models: readonly ModelDetails[]; onMeasure(): void }) {
  const t = useTranslations('models')
  const format = useFormat()
  const bytes = models.reduce((sum, model) => sum + model.bytes, 0)
  return (
    <Button className="mt-4" onClick={onMeasure}>
      {t('measureAll', { size: format.bytes(bytes) })}
    </Button>
  )
}

/** The published accuracy, or else the one of its own evaluation; null if neither is known. */
function accuracyOf({ published, evaluation }: ModelDetails): Pick<Point, 'accuracy' | 'range'> | null {
  if (published) return { accuracy: 100 * published.value, range: null }
  if (!evaluation) return null
  const [low, high] = evaluation.top1_interval
  return { accuracy: 100 * evaluation.top1, range: [100 * low, 100 * high] }
}

/** @param empty what is there until the first time is known */
function Plot({ points, empty }: { points: readonly Point[]; empty: string }) {
  const t = useTranslations('models')
  const format = useFormat()
  const times = points.flatMap(({ time }) => time ?? [])
  const y = scaleFor(
    points.flatMap(({ accuracy, range }) => range ?? [accuracy]),
    MARGIN_POINTS,
  )
  const x = times.length > 0 ? scaleFor(times, MARGIN_TIME * Math.max(...times), 0) : null
  return (
    <div aria-hidden className="mt-5">
      <p className="text-ink-2 text-xs">{t('plotAccuracy')}</p>
      <div className="mt-3 flex">
        <Ticks scale={y} className="relative w-8 shrink-0">
          {(tick, position) => (
            <span key={tick} className="absolute right-2 translate-y-1/2" style={{ bottom: `${position}%` }}>
              {tick}
            </span>
          )}
        </Ticks>
        <div className="relative h-60 min-w-0 flex-1 border-line-2 border-b border-l">
          {y.ticks.slice(1).map((tick) => (
            <span
              key={tick}
              className="absolute inset-x-0 h-px bg-line"
              style={{ bottom: `${100 * positionOn(y, tick)}%` }}
            />
          ))}
          {x === null && <p className="absolute inset-0 grid place-items-center text-ink-2 text-sm">{empty}</p>}
          {x !== null &&
            points.map(
              ({ time, ...point }) => time !== null && <Dot key={point.id} {...point} time={time} x={x} y={y} />,
            )}
        </div>
      </div>
      <Ticks scale={x} className="relative ml-8 h-6">
        {(tick, position) => (
          <span key={tick} className="absolute top-1.5 -translate-x-1/2" style={{ left: `${position}%` }}>
            {format.integer(tick)}
          </span>
        )}
      </Ticks>
      <p className="text-right text-ink-2 text-xs">{t('plotTime')}</p>
    </div>
  )
}

function Ticks({
  scale,
  className,
  children,
}: {
  scale: Scale | null
  className: string
  children(tick: number, percent: number): React.ReactNode
}) {
  return (
    <div className={`figures text-ink-3 text-xs ${className}`}>
      {scale?.ticks.map((tick) => children(tick, 100 * positionOn(scale, tick)))}
    </div>
  )
}

function Dot({ name, accuracy, range, time, x, y }: Point & { time: number; x: Scale; y: Scale }) {
  const left = positionOn(x, time)
  const bottom = (value: number) => `${100 * positionOn(y, value)}%`
  const place = { left: `${100 * left}%`, bottom: bottom(accuracy), '--at': `${100 * left}%` }
  return (
    <>
      {range && (
        <span
          className="absolute w-0.5 -translate-x-1/2 bg-line-2"
          style={{ left: `${100 * left}%`, bottom: bottom(range[0]), top: `${100 * (1 - positionOn(y, range[1]))}%` }}
        />
      )}
      <span
        className={clsx(
          'absolute size-3 -translate-x-1/2 translate-y-1/2 rounded-full border-2 border-accent',
          range ? 'bg-card' : 'bg-accent',
        )}
        style={{ left: `${100 * left}%`, bottom: bottom(accuracy) }}
      />
      <span
        translate="no"
        className={clsx(
          'absolute translate-y-1/2 whitespace-nowrap px-3 font-medium text-sm',
          left > NAME_ON_LEFT && '-translate-x-full',
          // Where the plot is narrow, a long name fits above its point only, shifted by as much as the point.
          'max-sm:px-0 max-sm:[translate:calc(-1*var(--at))_-0.375rem]',
        )}
        style={place}
      >
        {name}
      </span>
    </>
  )
}

/** The same figures for screen readers. */
function Table({ points, empty }: { points: readonly Point[]; empty: string }) {
  const t = useTranslations('models')
  const percent = useTranslations('answer')
  const format = useFormat()
  return (
    <div className="sr-only">
      <table>
        <caption>{t('plotTitle')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('labelsOf')}</th>
            <th scope="col">{t('plotAccuracy')}</th>
            <th scope="col">{t('plotTime')}</th>
          </tr>
        </thead>
        <tbody>
          {points.map(({ id, name, accuracy, time }) => (
            <tr key={id}>
              <th scope="row" translate="no">
                {name}
              </th>
              <td>{percent('percent', { value: format.percent(accuracy / 100) })}</td>
              <td>{time === null ? empty : format.milliseconds(time)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
