import { LoaderCircle, X } from 'lucide-react'
import { useMemo } from 'react'
import { useTranslations } from 'use-intl'
import type { HeatMap } from '@/lib/client/training/occlusion'
import { predict } from '@/lib/client/training/predict'
import type { TrainingSession } from '@/lib/client/training/session'
import type { TrainingSnapshot } from '@/lib/client/training/types'
import { fitsHead, type Head } from '@/lib/shared/training/head'
import { HeatmapOverlay } from '../classify/explanation/heatmap-overlay'
import { Button } from '../ui/button'
import { ProgressBar } from '../ui/progress-bar'
import { useObjectUrl } from '../ui/use-object-url'
import { useProblem } from '../ui/use-problem'
import { HeadResult } from './head-result'
import { LabelSelect } from './label-select'
import { type HeatMapState, useHeatMap } from './use-heat-map'
import { usePhotoEmbedding } from './use-photo-embedding'

interface TriedPhotoProps {
  session: TrainingSession
  state: TrainingSnapshot
  head: Head
  file: File
  onClose(): void
}

/** A photo that the model is tried with, and what it says. */
export function TriedPhoto({ session, state, head, file, onClose }: TriedPhotoProps) {
  const t = useTranslations('train')
  const problem = useProblem()
  const embedded = usePhotoEmbedding(file, state.base)
  const ready = embedded.name === 'ready' && fitsHead(head, embedded.photo) ? embedded : null
  const result = useMemo(() => ready && predict(head, ready.photo), [head, ready])
  const label = result?.predictions[0]
  const heat = useHeatMap(ready, head, label?.index ?? 0, state.base)
  function learnFrom(to: number): void {
    session.addPhotos(to, [file])
    onClose()
  }
  return (
    <div className="mt-3">
      <Picture file={ready?.file ?? file} map={heat.map} onClose={onClose} />
      {embedded.name === 'failed' ? (
        <p role="alert" className="mt-3 text-bad text-sm">
          {t('tryFailed')}: {problem(embedded.failure).detail}
        </p>
      ) : result ? (
        <>
          <HeadResult result={result} />
          <Why heat={heat} label={label?.label ?? ''} />
          {/* The photos that a model gets wrong teach it most. */}
          <div className="mt-1 flex flex-wrap items-center gap-x-3 gap-y-1">
            <LabelSelect name={t('learnFrom')} labels={state.labels} onChoose={learnFrom} />
          </div>
        </>
      ) : (
        <p role="status" className="mt-3 flex items-center gap-2 text-ink-2 text-sm">
          <LoaderCircle aria-hidden className="size-4 animate-spin" /> {t('tryReading')}
        </p>
      )}
    </div>
  )
}

function Picture({ file, map, onClose }: { file: Blob; map: HeatMap | null; onClose(): void }) {
  const t = useTranslations('train')
  const url = useObjectUrl(file)
  return (
    <div className="relative aspect-[4/3] overflow-hidden rounded-card bg-sunk">
      {url && (
        // biome-ignore lint/performance/noImgElement: object URL
        <img src={url} alt={t('tryPhoto')} className="absolute inset-0 size-full object-contain" />
      )}
      {map && <HeatmapOverlay explanation={map} opacity={0.85} />}
      <button
        type="button"
        aria-label={t('tryClose')}
        onClick={onClose}
        className="absolute top-2 right-2 grid size-10 place-items-center rounded-full bg-black/75 text-white hover:bg-black"
      >
        <X aria-hidden className="size-4" />
      </button>
    </div>
  )
}

/** Shows where the label comes from, once it is asked for. */
function Why({ heat, label }: { heat: HeatMapState; label: string }) {
  const t = useTranslations('train')
  return (
    <div className="mt-2 flex flex-wrap items-center gap-x-3 gap-y-1">
      <Button variant="quiet" className="-mx-2 h-9! px-2!" onClick={heat.toggle} aria-pressed={heat.open}>
        {t(heat.open ? 'whyHide' : 'why')}
      </Button>
      <div role="status" className="min-w-0 flex-1 text-ink-2 text-sm">
        {heat.progress !== null ? (
          <ProgressBar label={t('whyRunning')} value={heat.progress} className="max-w-60" />
        ) : heat.failed ? (
          t('whyFailed')
        ) : (
          heat.map && t('whyFound', { label })
        )}
      </div>
    </div>
  )
}
