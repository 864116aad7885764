import clsx from 'clsx'
import { LazyThumbnail } from './lazy-thumbnail'
import type { PhotoLinks, PhotoSet } from './photo-links'

interface PhotoTileProps {
  file: string
  photos: PhotoLinks
  /** The photos that the table shows when this one is opened. */
  among: PhotoSet
  /** Below the name. */
  note?: string
  /** Says why it stands out. */
  mark?: string | null
}

/** A thumbnail with the name of its photo, which it opens. */
export function PhotoTile({ file, photos, among, note, mark = null }: PhotoTileProps) {
  const item = photos.find(file)
  return (
    <button
      type="button"
      onClick={() => photos.open(file, among)}
      className={clsx(
        'block w-[6.75rem] rounded-card border p-1.5 text-left hover:bg-sunk',
        mark !== null ? 'border-accent' : 'border-transparent',
      )}
    >
      {item && <LazyThumbnail index={item.index} photos={photos} />}
      <span translate="no" title={file} className="mt-1 block truncate text-xs">
        {file.slice(file.lastIndexOf('/') + 1)}
      </span>
      {mark !== null && <span className="block truncate font-semibold text-accent text-xs">{mark}</span>}
      {note && <span className="block truncate text-ink-3 text-xs">{note}</span>}
    </button>
  )
}
