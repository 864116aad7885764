import { useTranslations } from 'use-intl'
import type { TrainingSession } from '@/lib/client/training/session'
import type { TrainedModel, TrainingPhoto, TrainingSnapshot } from '@/lib/client/training/types'
import { Button } from '../ui/button'
import { useFormat } from '../ui/use-format'
import { Advice } from './advice'
import { ExampleThumbnail } from './example-thumbnail'

interface CopiesProps {
  session: TrainingSession
  state: TrainingSnapshot
  model: TrainedModel
}

/** Photos that show the same, with one click to keep one of them. Those with different labels come first. */
export function Copies({ session, state, model }: CopiesProps) {
  const t = useTranslations('train')
  const format = useFormat()
  const groups = model.copies.flatMap(({ photos: ids }) => {
    const photos = state.photos.filter(({ id }) => ids.includes(id))
    const open = photos.some(({ confirmed }) => !confirmed)
    return photos.length > 1 && open ? [photos] : []
  })
  const name = ({ label }: TrainingPhoto) => state.labels.find(({ id }) => id === label)?.name ?? ''
  return (
    <Advice title={t('copies')}>
      {groups.map((photos) => {
        const [first, ...others] = photos as [TrainingPhoto, ...TrainingPhoto[]]
        const names = [...new Set(photos.map(name))]
        return (
          <div key={first.id} className="flex items-start gap-3">
            <span className="relative size-14 shrink-0 overflow-hidden rounded-[7px] bg-sunk">
              <ExampleThumbnail file={session.file(first.id)} state={first.state} />
            </span>
            <div className="min-w-0">
              <p className="text-pretty text-ink-2 [overflow-wrap:anywhere]">
                {names.length === 1
                  ? t('copiesOne', { count: others.length, label: name(first) })
                  : t('copiesSeveral', { labels: format.list(names) })}
              </p>
              <div className="-mx-2 flex flex-wrap">
                {names.length === 1 ? (
                  <Button
                    variant="quiet"
                    className="h-9! px-2!"
                    onClick={() => session.removePhotos(others.map(({ id }) => id))}
                  >
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
                <Button
                  variant="quiet"
                  className="h-9! px-2!"
                  onClick={() => session.confirmPhotos(photos.map(({ id }) => id))}
                >
                  {t('isRight')}
                </Button>
              </div>
            </div>
          </div>
        )
      })}
    </Advice>
  )
}

/** Keeps one of the copies. */
function keep(session: TrainingSession, photos: readonly TrainingPhoto[], kept: TrainingPhoto): void {
  session.removePhotos(photos.filter(({ id }) => id !== kept.id).map(({ id }) => id))
}
