import { useEffect, useRef, useState } from 'react'
import { useTranslations } from 'use-intl'
import type { BatchItem } from '@/lib/client/batch/items'
import type { BatchSession } from '@/lib/client/batch/session'
import { type BatchSnapshot, hasEnded } from '@/lib/client/batch/snapshot'
import type { TableView } from '@/lib/client/batch/table-view'
import type { PhotoCheck } from '@/lib/shared/contract/check'
import { Button } from '../../ui/button'
import { FailureDetails } from '../../ui/failure-details'
import { focusIsLost } from '../../ui/focus-is-lost'
import { lazy } from '../../ui/lazy'
import { ProgressBar } from '../../ui/progress-bar'
import { useProblem } from '../../ui/use-problem'
import { type MapState, usePhotoMap } from './use-photo-map'

// The code that draws and moves a map is only needed once there is one.
const MapView = lazy(
  () => import('./map-view').then((module) => module.MapView),
  () => <div className="h-dvh" />,
)

interface MapPanelProps {
  session: BatchSession
  snapshot: BatchSnapshot
  /** All photos, and those that the table shows. */
  items: readonly BatchItem[]
  shown: readonly BatchItem[]
  view: TableView
  onView(view: TableView): void
  /** What the check found about photos, by path. */
  found: ReadonlyMap<string, PhotoCheck>
  /** Opens a photo. The focus returns to the map when it is closed. */
  onOpen(index: number): void
}

/** A map of the whole batch, which is made when it is asked for. A batch of this device has none: the server makes the vectors. */
export function MapPanel({ session, snapshot, ...props }: MapPanelProps) {
  const t = useTranslations('batch.map')
  const [wanted, setWanted] = useState(false)
  const [turn, setTurn] = useState(0)
  const { job, phase, device } = snapshot
  const ended = hasEnded(phase) && phase !== 'gone'
  const id = job?.embeddings ? job.id : null
  const state = usePhotoMap(id ?? '', wanted && ended && id !== null, `${turn} ${job?.finished_at}`)
  const heading = useRef<HTMLHeadingElement>(null)
  const { kind } = state
  const started = useRef(kind)
  // Each step takes the buttons of the one before away.
  useEffect(() => {
    if (started.current !== kind && focusIsLost()) heading.current?.focus({ preventScroll: true })
    started.current = kind
  }, [kind])
  if (device !== null) return null
  return (
    <section aria-labelledby="map" className="mt-12">
      <h2 ref={heading} id="map" tabIndex={-1} className="font-semibold text-lg tracking-tight outline-none">
        {t('title')}
      </h2>
      <p className="mt-1 max-w-[44em] text-pretty text-ink-2 text-sm">
        {id === null ? t('noVectors') : phase === 'gone' ? t('gone') : ended ? t('lead') : t('waiting')}
      </p>
      {id !== null && ended && kind === 'unwanted' && (
        <Button className="mt-3" onClick={() => setWanted(true)}>
          {t('make')}
        </Button>
      )}
      {state.kind === 'making' && <Making state={state} onCancel={() => setWanted(false)} />}
      {state.kind === 'failed' && <Failed state={state} onRetry={() => setTurn(turn + 1)} />}
      {state.kind === 'ready' && <MapView session={session} map={state.map} {...props} />}
    </section>
  )
}

function Making({ state, onCancel }: { state: MapState & { kind: 'making' }; onCancel(): void }) {
  const t = useTranslations('batch.map')
  return (
    <div className="mt-3 flex min-h-10 flex-wrap items-center gap-x-4 gap-y-2 text-sm">
      <p role="status">{t(state.step)}</p>
      <ProgressBar className="w-48" label={t(state.step)} value={state.done} />
      <Button onClick={onCancel}>{t('cancel')}</Button>
    </div>
  )
}

function Failed({ state: { failure }, onRetry }: { state: MapState & { kind: 'failed' }; onRetry(): void }) {
  const t = useTranslations('batch.map')
  const problem = useProblem()
  return (
    <div className="mt-3 grid justify-items-start gap-2 text-sm">
      <p role="alert" className="text-bad">
        {t('failed')} {failure.code !== 'map_failed' && problem(failure).detail}
      </p>
      <Button onClick={onRetry}>{t('again')}</Button>
      <FailureDetails failure={failure} />
    </div>
  )
}
