'use client'

import { LayoutGrid, Plus } from 'lucide-react'
import { type KeyboardEvent, useCallback, useEffect, useRef } from 'react'
import { useTranslations } from 'use-intl'
import type { PhotoSession } from '@/lib/client/photos/photo-session'
import { MANY_PHOTOS } from '@/lib/client/photos/view-history'
import { PhotoTile, useTileTexts } from './photo-tile'
import { useSessionState } from './use-tab-session'

interface FilmstripProps {
  session: PhotoSession
  /** The selected photo, or null. */
  selected: number | null
  onSelect(id: number): void
  onAdd(): void
  /** Shows all photos; null if this page can't. */
  onShowAll: (() => void) | null
}

const ACTION =
  'grid aspect-[4/3] w-full place-content-center justify-items-center gap-1 rounded-card text-xs hover:bg-sunk hover:text-ink'

/** Tiles of the photos of this visit; if there are many, of those around the selected one. Arrow keys move between them; Delete removes one. */
export function Filmstrip({ session, selected, onSelect, onAdd, onShowAll }: FilmstripProps) {
  const t = useTranslations('classify')
  const texts = useTileTexts()
  const photos = useSessionState(session, (state) => state.photos)
  const model = useSessionState(session, (state) => state.model)
  const list = useRef<HTMLUListElement>(null)
  const select = useLatest(onSelect)
  const at = photos.findIndex(({ id }) => id === selected)
  const first = Math.floor(Math.max(at, 0) / MANY_PHOTOS) * MANY_PHOTOS
  const shown = photos.slice(first, first + MANY_PHOTOS)
  useScrollTo(list, selected)
  function handleKey(event: KeyboardEvent): void {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
    if (event.key === 'Delete' && selected !== null) session.remove(selected)
    const next = step && at >= 0 ? photos[at + step] : undefined
    if (!next) return
    event.preventDefault()
    onSelect(next.id)
    // The next page of the strip is rendered by then.
    requestAnimationFrame(() => list.current?.querySelector<HTMLElement>(`[data-photo="${next.id}"]`)?.focus())
  }
  return (
    <>
      <ul
        ref={list}
        aria-label={t('photos')}
        onKeyDown={handleKey}
        className="-mx-1 mt-2 flex gap-2 overflow-x-auto p-1 lg:grid lg:grid-cols-7 lg:overflow-visible"
      >
        {onShowAll && photos.length > MANY_PHOTOS && (
          <li className="w-[4.875rem] shrink-0 lg:w-auto">
            <button type="button" onClick={onShowAll} className={`${ACTION} bg-sunk text-ink-2`}>
              <LayoutGrid aria-hidden className="size-4" />
              {t('showAll', { count: photos.length })}
            </button>
          </li>
        )}
        {shown.map((photo) => (
          <li key={photo.id} className="w-[4.875rem] shrink-0 lg:w-auto">
            <PhotoTile texts={texts} photo={photo} model={model} current={photo.id === selected} onSelect={select} />
          </li>
        ))}
        <li className="w-[4.875rem] shrink-0 lg:w-auto">
          <button
            type="button"
            onClick={onAdd}
            aria-label={t('addPhotos')}
            className={`${ACTION} border border-line-2 border-dashed text-ink-2`}
          >
            <Plus aria-hidden className="size-4" />
          </button>
        </li>
      </ul>
      {photos.length > 1 && (
        <button
          type="button"
          onClick={() => session.removeAll()}
          className="-mx-2 mt-1 self-start rounded-card px-2 py-1.5 text-ink-2 text-sm hover:bg-sunk hover:text-ink"
        >
          {t('removeAll')}
        </button>
      )}
    </>
  )
}

/** A function that never changes and calls the latest one, so that tiles need not render again. */
export function useLatest<Args extends unknown[]>(handler: (...args: Args) => void): (...args: Args) => void {
  const latest = useRef(handler)
  latest.current = handler
  return useCallback((...args: Args) => latest.current(...args), [])
}

/** Scrolls the strip to the selected photo: scrollIntoView would also scroll the page. */
function useScrollTo(list: { current: HTMLUListElement | null }, selected: number | null): void {
  useEffect(() => {
    const tile = list.current?.querySelector<HTMLElement>(`[data-photo="${selected}"]`)?.closest('li')
    if (!list.current || !tile) return
    const { scrollLeft, clientWidth, offsetLeft } = list.current
    const [from, to] = [tile.offsetLeft - offsetLeft, tile.offsetLeft - offsetLeft + tile.offsetWidth]
    if (from < scrollLeft) list.current.scrollLeft = from
    else if (to > scrollLeft + clientWidth) list.current.scrollLeft = to - clientWidth
  }, [list, selected])
}
