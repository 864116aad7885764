import { Check, Minus, Plus } from 'lucide-react'
import { useTranslations } from 'use-intl'
import type { TrainingSession } from '@/lib/client/training/session'
import { NONE, type TrainedModel, type TrainingPhoto, type TrainingSnapshot } from '@/lib/client/training/types'
import { Button } from '../ui/button'
import { Advice } from './advice'
import { entriesOf } from './entries-of'
import { ExampleThumbnail } from './example-thumbnail'

interface DoubtfulProps {
  session: TrainingSession
  state: TrainingSnapshot
  model: TrainedModel
}

/**
 * Labels that look wrong or missing where a photo may have several, with one click to take them away or add them, or to
 * say that they are right.
 */
export function Doubtful({ session, state, model }: DoubtfulProps) {
  const t = useTranslations('train')
  const entries = model.doubtful.flatMap(({ photo: id, label: name, has }) => {
    const label = state.labels.find((one) => one.name === name)
    const photos = entriesOf(session, id)
    const [first] = photos
    if (!label || !first || photos.some(({ confirmed }) => confirmed)) return []
    // It may have been added or taken away since the model was trained.
    return photos.some((one) => one.label === label.id) === has ? [{ first, photos, label, has }] : []
  })
  return (
    <Advice title={t('doubtful')}>
      {entries.map(({ first, photos, label, has }) => (
        <div key={`${first.id} ${label.id}`} className="flex items-start gap-3">
          <span className="relative size-14 shrink-0 overflow-hidden rounded-[7px] bg-sunk">
            <ExampleThumbnail file={session.file(first.id)} state={first.state} />
          </span>
          <div className="min-w-0">
            <p className="text-pretty text-ink-2 [overflow-wrap:anywhere]">
              {t(has ? 'labeledWrongly' : 'labelMissing', { label: label.name })}
            </p>
            <div className="-mx-2 flex flex-wrap">
              <Button
                variant="quiet"
                className="h-9! max-w-full px-2!"
                onClick={() => (has ? takeAway(session, photos, label.id) : add(session, photos, label.id))}
              >
                {has ? <Minus aria-hidden className="shrink-0" /> : <Plus aria-hidden className="shrink-0" />}
                <span className="truncate">{t(has ? 'takeAway' : 'addMissing', { label: label.name })}</span>
              </Button>
              <Button
                variant="quiet"
                className="h-9! px-2!"
                onClick={() => session.confirmPhotos(photos.map(({ id }) => id))}
              >
                <Check aria-hidden /> {t('isRight')}
              </Button>
            </div>
          </div>
        </div>
      ))}
    </Advice>
  )
}

function takeAway(session: TrainingSession, photos: readonly TrainingPhoto[], label: number): void {
  const ids = photos.filter((photo) => photo.label === label).map(({ id }) => id)
  // Its last label gone, the photo has none of them.
  if (ids.length === photos.length) session.movePhotos(ids, NONE)
  else session.removePhotos(ids)
}

function add(session: TrainingSession, photos: readonly TrainingPhoto[], label: number): void {
  const [first] = photos
  if (!first) return
  if (first.label === NONE) session.movePhotos([first.id], label)
  else session.copyPhotos([first.id], label)
}
