import { ArrowRight } from 'lucide-react'
import { useState } from 'react'
import { useTranslations } from 'use-intl'
import type { TrainingSession } from '@/lib/client/training/session'
import type { TrainedModel, TrainingSnapshot } from '@/lib/client/training/types'
import { lazy } from '../ui/lazy'
import { Advice } from './advice'

const PhotosDialog = lazy(() => import('./photos-dialog').then((module) => module.PhotosDialog))

interface MixUpsProps {
  session: TrainingSession
  state: TrainingSnapshot
  model: TrainedModel
}

/** Which label is taken for which, most often first. Each opens its photos. */
export function MixUps({ session, state, model }: MixUpsProps) {
  const t = useTranslations('train')
  const [open, setOpen] = useState<string | null>(null)
  const pairs = new Map<string, { label: string; predicted: string; photos: number[] }>()
  for (const { photo, label, predicted } of model.mistakes) {
    const key = JSON.stringify([label, predicted])
    const pair = pairs.get(key) ?? { label, predicted, photos: [] }
    pair.photos.push(photo)
    pairs.set(key, pair)
  }
  const sorted = [...pairs].sort((a, b) => b[1].photos.length - a[1].photos.length)
  const shown = open === null ? undefined : pairs.get(open)
  // Once it is no longer mixed up, its photos don't come back by themselves.
  if (open !== null && !shown) setOpen(null)
  return (
    <>
      <Advice title={t('mixUps')}>
        {sorted.map(([key, { label, predicted, photos }]) => (
          <button
            key={key}
            type="button"
            translate="no"
            aria-label={t('mixUp', { truth: label, predicted, count: photos.length })}
            onClick={() => setOpen(key)}
            className="-mx-2 -my-1 grid w-[calc(100%+16px)] grid-cols-[minmax(0,1fr)_auto_minmax(0,1fr)_auto] items-center gap-2.5 rounded-[6px] px-2 py-1.5 text-left hover:bg-sunk"
          >
            <span className="truncate">{label}</span>
            <ArrowRight aria-hidden className="size-3.5 text-ink-3" />
            <span className="truncate text-bad">{predicted}</span>
            <span className="figures min-w-6 text-right text-ink-2">{photos.length}</span>
          </button>
        ))}
      </Advice>
      {shown && (
        <PhotosDialog
          session={session}
          title={`${shown.label} → ${shown.predicted}`}
          photos={state.photos.filter(({ id }) => shown.photos.includes(id))}
          labels={state.labels}
          onClose={() => setOpen(null)}
        />
      )}
    </>
  )
}
