import { useTranslations } from 'use-intl'
import type { TrainingSession } from '@/lib/client/training/session'
import type { TrainedModel, TrainingPhoto, TrainingSnapshot } from '@/lib/client/training/types'
import { Button } from '../ui/button'
import { useFormat } from '../ui/use-format'
import { Advice } from './advice'
import { entriesById } from './entries-by-id'
import { QuestionedPhoto } from './questioned-photo'

interface CopiesProps {
  session: TrainingSession
  state: TrainingSnapshot
  model: TrainedModel
}

/** Photos that show the same, with one click to keep one of them. Those with different labels come first. */
export function Copies({ session, state, model }: CopiesProps) {
  const t = useTranslations('train')
  const format = useFormat()
  const entriesOf = entriesById(session)
  const groups = model.copies.flatMap(({ photos: ids }): Entries[][] => {
    const photos = ids.map(entriesOf).filter(isThere)
    const open = photos.flat().some(({ confirmed }) => !confirmed)
    return photos.length > 1 && open ? [photos] : []
  })
  const nameOf = ({ label }: TrainingPhoto) => state.labels.find(({ id }) => id === label)?.name ?? t('noLabel')
  // Without a word between them: labels have a language of their own.
  const name = (photo: Entries) => photo.map(nameOf).sort().join(', ')
  return (
    <Advice title={t('copies')}>
      {groups.map((photos) => {
        const [first, ...others] = photos as [Entries, ...Entries[]]
        const names = [...new Set(photos.map(name))]
        return (
          <QuestionedPhoto
            key={first[0].id}
            session={session}
            photo={first[0]}
            texts={[
              names.length === 1
                ? t('copiesOne', { count: others.length, label: name(first) })
                : t('copiesSeveral', { labels: format.list(names) }),
            ]}
          >
            {names.length === 1 ? (
              <Button variant="quiet" className="h-9! px-2!" onClick={() => session.removePhotos(idsOf(others))}>
                {t('removeCopies', { count: others.length })}
              </Button>
            ) : (
              names.map((label) => (
                <Button
                  key={label}
                  variant="quiet"
                  className="h-9! max-w-full px-2!"
                  onClick={() => keep(session, photos, photos.find((photo) => name(photo) === label) ?? first)}
                >
                  <span className="truncate">{t('keepAs', { label })}</span>
                </Button>
              ))
            )}
            <Button variant="quiet" className="h-9! px-2!" onClick={() => session.confirmPhotos(idsOf(photos))}>
              {t('isRight')}
            </Button>
          </QuestionedPhoto>
        )
      })}
    </Advice>
  )
}

/** Keeps one of the copies. */
function keep(session: TrainingSession, photos: readonly Entries[], kept: Entries): void {
  session.removePhotos(idsOf(photos.filter((photo) => photo !== kept)))
}

/** A photo, with one entry for each of its labels. */
type Entries = readonly [TrainingPhoto, ...TrainingPhoto[]]

const isThere = (entries: readonly TrainingPhoto[]): entries is Entries => entries.length > 0
const idsOf = (photos: readonly Entries[]) => photos.flat().map(({ id }) => id)
