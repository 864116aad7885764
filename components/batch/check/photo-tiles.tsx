import type { PhotoLinks, PhotoSet } from './photo-links'
import { PhotoTile } from './photo-tile'

interface PhotoTilesProps {
  /** Those that are shown. */
  files: readonly string[]
  photos: PhotoLinks
  /** All photos of the finding, among which an open one is shown. */
  among: PhotoSet
}

/** Photos side by side. */
export function PhotoTiles({ files, photos, among }: PhotoTilesProps) {
  return (
    <ul className="-mx-1.5 flex flex-wrap items-start gap-1">
      {files.map((file) => (
        <li key={file}>
          <PhotoTile file={file} photos={photos} among={among} />
        </li>
      ))}
    </ul>
  )
}
