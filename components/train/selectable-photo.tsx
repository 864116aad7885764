import clsx from 'clsx'
import { Check } from 'lucide-react'
import type { ReactNode } from 'react'
import type { TrainingPhoto } from '@/lib/client/training/types'
import { ExampleThumbnail } from './example-thumbnail'

interface SelectablePhotoProps {
  photo: TrainingPhoto
  /** Null if this browser doesn't have the picture. */
  file: Blob | null
  /** Names the checkbox. */
  label: string
  checked: boolean
  onToggle(): void
  /** How the tile looks when it's selected or not. */
  className: string
  /** In front of the picture. */
  children?: ReactNode
}

/** A square photo that is a checkbox. */
export function SelectablePhoto({ photo, file, label, checked, onToggle, className, children }: SelectablePhotoProps) {
  return (
    <label
      title={photo.name}
      translate="no"
      className={clsx(
        'relative block aspect-square cursor-pointer overflow-hidden rounded-card has-focus-visible:outline-2 has-focus-visible:outline-accent has-focus-visible:outline-offset-2',
        className,
      )}
    >
      <input type="checkbox" checked={checked} onChange={onToggle} aria-label={label} className="sr-only" />
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
      {children}
    </label>
  )
}
