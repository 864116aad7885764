import { Check, Minus, Plus } from 'lucide-react'
import { useTranslations } from 'use-intl'
import type { TrainingSession } from '@/lib/client/training/session'
import {
  NONE,
  type TrainedModel,
  type TrainingLabel,
  type TrainingPhoto,
  type TrainingSnapshot,
} from '@/lib/client/training/types'
import { Button } from '../ui/button'
import { Advice } from './advice'
import { entriesById } from './entries-by-id'
import { QuestionedPhoto } from './questioned-photo'

interface DoubtfulProps {
  session: TrainingSession
  state: TrainingSnapshot
  model: TrainedModel
}

interface Question {
  label: TrainingLabel
  /** Whether the photo has it. */
  has: boolean
}

/**
 * Labels that look wrong or missing where a photo may have several, all of a photo together, with one click to take each
 * away or add it, or to say that they are right.
 */
export function Doubtful({ session, state, model }: DoubtfulProps) {
  const t = useTranslations('train')
  const entriesOf = entriesById(session)
  const questions = new Map<number, { photos: readonly TrainingPhoto[]; labels: Question[] }>()
  for (const { photo: id, label: name, has } of model.doubtful) {
    const label = state.labels.find((one) => one.name === name)
    const photos = entriesOf(id)
    const [first] = photos
    if (!label || !first || photos.some(({ confirmed }) => confirmed)) continue
    // It may have been added or taken away since the model was trained.
    if (photos.some((one) => one.label === label.id) !== has) continue
    const known = questions.get(first.id) ?? { photos, labels: [] }
    questions.set(first.id, { photos, labels: [...known.labels, { label, has }] })
  }
  return (
    <Advice title={t('doubtful')}>
      {[...questions].map(([id, { photos, labels }]) => (
        <QuestionedPhoto
          key={id}
          session={session}
          photo={photos[0] as TrainingPhoto}
          texts={labels.map(({ label, has }) => t(has ? 'labeledWrongly' : 'labelMissing', { label: label.name }))}
        >
          {labels.map(({ label, has }) => (
            <Button
              key={label.id}
              variant="quiet"
              className="h-9! max-w-full px-2!"
              onClick={() => (has ? takeAway(session, photos, label.id) : add(session, photos, label.id))}
            >
              {has ? <Minus aria-hidden className="shrink-0" /> : <Plus aria-hidden className="shrink-0" />}
              <span className="truncate">{t(has ? 'takeAway' : 'addMissing', { label: label.name })}</span>
            </Button>
          ))}
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
