'use client'

import clsx from 'clsx'
import { CircleAlert, LoaderCircle, Plus } from 'lucide-react'
import { type KeyboardEvent, type ReactNode, useEffect, useRef } from 'react'
import { useTranslations } from 'use-intl'
import type { Photo } from '@/lib/client/photos/photo'

interface FilmstripProps {
  photos: readonly Photo[]
  model: string
  /** The selected photo, or null. */
  selected: number | null
  onSelect(id: number): void
  onRemove(id: number): void
  onAdd(): void
}

/** Thumbnails of all photos of this visit. Arrow keys move between them; Delete removes one. */
export function Filmstrip({ photos, model, selected, onSelect, onRemove, onAdd }: FilmstripProps) {
  const t = useTranslations('classify')
  function handleKey(event: KeyboardEvent): void {
    const at = photos.findIndex(({ id }) => id === selected)
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
    if (event.key === 'Delete' && selected !== null) onRemove(selected)
    const next = step ? photos[at + step] : undefined
    if (!next) return
    event.preventDefault()
    onSelect(next.id)
    const buttons = event.currentTarget.querySelectorAll('button')
    buttons[at + (step ?? 0)]?.focus()
  }
  return (
    <ul
      aria-label={t('photos')}
      onKeyDown={handleKey}
      className="-mx-1 mt-2 flex gap-2 overflow-x-auto p-1 lg:flex-wrap"
    >
      {photos.map((photo) => (
        <li key={photo.id} className="shrink-0">
          <Thumbnail photo={photo} model={model} current={photo.id === selected} onSelect={onSelect} />
        </li>
      ))}
      <li className="shrink-0">
        <button
          type="button"
          onClick={onAdd}
          aria-label={t('addPhotos')}
          className="grid size-[52px] place-items-center rounded-card border border-line-2 border-dashed text-ink-2 hover:bg-sunk hover:text-ink sm:size-[60px]"
        >
          <Plus aria-hidden className="size-4" />
        </button>
      </li>
    </ul>
  )
}

interface ThumbnailProps {
  photo: Photo
  model: string
  current: boolean
  onSelect(id: number): void
}

function Thumbnail({ photo, model, current, onSelect }: ThumbnailProps) {
  const button = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    const list = button.current?.closest('ul')
    if (!current || !list || !button.current) return
    // Scrolls only the strip: scrollIntoView would also scroll the page.
    const { offsetLeft, offsetWidth } = button.current
    const [from, to] = [offsetLeft - list.offsetLeft, offsetLeft - list.offsetLeft + offsetWidth]
    if (from < list.scrollLeft) list.scrollLeft = from
    else if (to > list.scrollLeft + list.clientWidth) list.scrollLeft = to - list.clientWidth
  }, [current])
  const phase = photo.phases[model]?.name
  const busy = phase !== undefined && phase !== 'answered' && phase !== 'failed'
  return (
    <button
      ref={button}
      type="button"
      aria-current={current}
      translate="no"
      aria-label={photo.name}
      title={photo.name}
      onClick={() => onSelect(photo.id)}
      className={clsx(
        'relative block size-[52px] overflow-hidden rounded-card bg-sunk sm:size-[60px]',
        current && 'outline-2 outline-accent outline-offset-2',
      )}
    >
      {/* biome-ignore lint/performance/noImgElement: object URL */}
      <img
        key={photo.url}
        src={photo.url}
        alt=""
        onError={({ currentTarget }) => {
          currentTarget.style.visibility = 'hidden' // This browser can't display the format; the badge shows the state.
        }}
        className="size-full object-cover"
      />
      {busy && (
        <Badge>
          <LoaderCircle aria-hidden className="size-4 animate-spin" />
        </Badge>
      )}
      {phase === 'failed' && (
        <Badge>
          <CircleAlert aria-hidden className="size-4" />
        </Badge>
      )}
    </button>
  )
}

function Badge({ children }: { children: ReactNode }) {
  return <span className="absolute inset-0 grid place-items-center bg-black/55 text-white">{children}</span>
}
