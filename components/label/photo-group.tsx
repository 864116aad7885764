import { useTranslations } from 'use-intl'
import type { TrainingSession } from '@/lib/client/training/session'
import type { TrainingPhoto } from '@/lib/client/training/types'
import { SelectablePhoto } from '../train/selectable-photo'

interface PhotoGroupProps {
  session: TrainingSession
  photos: readonly TrainingPhoto[]
  /** IDs of photos that don't get the label. */
  left: ReadonlySet<number>
  onToggle(id: number): void
}

/** Photos that look alike: those that are selected get one label. */
export function PhotoGroup({ session, photos, left, onToggle }: PhotoGroupProps) {
  const t = useTranslations('label')
  return (
    <fieldset className="min-h-[44dvh] rounded-2xl bg-sunk p-3 lg:min-h-[min(640px,calc(100dvh-16rem))]">
      <legend className="sr-only">{t('groupTitle')}</legend>
      <p className="mb-2 text-pretty text-ink-2 text-sm">{t('groupHint')}</p>
      <ul className="grid grid-cols-3 gap-2 sm:grid-cols-4">
        {photos.map((photo) => (
          <li key={photo.id}>
            <SelectablePhoto
              photo={photo}
              file={session.file(photo.id)}
              label={t('include', { name: photo.name })}
              checked={!left.has(photo.id)}
              onToggle={() => onToggle(photo.id)}
              className={left.has(photo.id) ? 'bg-card opacity-60' : 'bg-card ring-2 ring-accent'}
            />
          </li>
        ))}
      </ul>
    </fieldset>
  )
}
