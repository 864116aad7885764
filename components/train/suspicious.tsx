import { Check, CornerUpRight } from 'lucide-react'
import { useTranslations } from 'use-intl'
import type { TrainingSession } from '@/lib/client/training/session'
import type { TrainedModel, TrainingSnapshot } from '@/lib/client/training/types'
import { Button } from '../ui/button'
import { Advice } from './advice'
import { QuestionedPhoto } from './questioned-photo'

interface SuspiciousProps {
  session: TrainingSession
  state: TrainingSnapshot
  model: TrainedModel
}

/** Photos that look as if they had the wrong label, with one click to move them or to say that they are right. */
export function Suspicious({ session, state: { photos, labels }, model }: SuspiciousProps) {
  const t = useTranslations('train')
  const entries = model.suspicious.flatMap(({ photo: id, label, looksLike }) => {
    const photo = photos.find((one) => one.id === id && !one.confirmed)
    const [own, target] = [label, looksLike].map((name) => labels.find((one) => one.name === name))
    // The photo may have been moved since the model was trained.
    return photo && own && target && photo.label === own.id ? [{ photo, own, target }] : []
  })
  return (
    <Advice title={t('suspicious')}>
      {entries.map(({ photo, own, target }) => (
        <QuestionedPhoto
          key={photo.id}
          session={session}
          photo={photo}
          texts={[t('looksLike', { label: own.name, other: target.name })]}
        >
          <Button
            variant="quiet"
            className="h-9! max-w-full px-2!"
            onClick={() => session.movePhotos([photo.id], target.id)}
          >
            <CornerUpRight aria-hidden className="shrink-0" />
            <span className="truncate">{t('moveTo', { label: target.name })}</span>
          </Button>
          <Button variant="quiet" className="h-9! px-2!" onClick={() => session.confirmPhotos([photo.id])}>
            <Check aria-hidden /> {t('isRight')}
          </Button>
        </QuestionedPhoto>
      ))}
    </Advice>
  )
}
