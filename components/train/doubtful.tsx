import { Check, Minus, Plus } from 'lucide-react'
import { useTranslations } from 'use-intl'
import type { TrainingSession } from '@/lib/client/training/session'
import { NONE, type TrainedModel, type TrainingPhoto, type TrainingSnapshot } from '@/lib/client/training/types'
import { Button } from '../ui/button'
import { Advice } from './advice'
import { entriesById } from './entries-by-id'
import { QuestionedPhoto } from './questioned-photo'

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
  const entriesOf = entriesById(session)
  const entries = model.doubtful.flatMap(({ photo: id, label: name, has }) => {
    const label = state.labels.find((one) => one.name === name)
    const photos = entriesOf(id)
    const [first] = photos
    if (!label || !first || photos.some(({ confirmed }) => confirmed)) return []
    // It may have been added or taken away since the model was trained.
    return photos.some((one) => one.label === label.id) === has ? [{ first, photos, label, has }] : []
  })
  return (
    <Advice title={t('doubtful')}>
      {entries.map(({ first, photos, label, has }) => (
        <QuestionedPhoto
          key={`${first.id} ${label.id}`}
          session={session}
          photo={first}
          text={t(has ? 'labeledWrongly' : 'labelMissing', { label: label.name })}
        >
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
        </QuestionedPhoto>
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
