import clsx from 'clsx'
import { Check } from 'lucide-react'
import { useTranslations } from 'use-intl'
import type { TrainingSession } from '@/lib/client/training/session'
import type { TrainingPhoto } from '@/lib/client/training/types'
import { ExampleThumbnail } from '../train/example-thumbnail'

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
            <Tile
              photo={photo}
              file={session.file(photo.id)}
              checked={!left.has(photo.id)}
              onToggle={() => onToggle(photo.id)}
            />
          </li>
        ))}
      </ul>
    </fieldset>
  )
}

interface TileProps {
  photo: TrainingPhoto
  file: Blob | null
  checked: boolean
  onToggle(): void
}

function Tile({ photo, file, checked, onToggle }: TileProps) {
  const t = useTranslations('label')
  return (
    <label
      title={photo.name}
      className={clsx(
        'relative block aspect-square cursor-pointer overflow-hidden rounded-card bg-card has-focus-visible:outline-2 has-focus-visible:outline-accent has-focus-visible:outline-offset-2',
        checked ? 'ring-2 ring-accent' : 'opacity-60',
      )}
    >
      <input
        type="checkbox"
        checked={checked}
        onChange={onToggle}
        aria-label={t('include', { name: photo.name })}
        className="sr-only"
      />
      <ExampleThumbnail file={file} state={photo.state} />
      <span
        aria-hidden
        className={clsx(
          'absolute top-1.5 left-1.5 grid size-5 place-items-center rounded-full border shadow-card',
          checked ? 'border-accent bg-accent text-accent-ink' : 'border-white bg-black/30',
        )}
      >
        {checked && <Check className="size-3.5" strokeWidth={3} />}
      </span>
    </label>
  )
}
