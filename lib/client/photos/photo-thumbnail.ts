import { createThumbnail } from './create-thumbnail'

/** Sharp at twice the size of a tile. */
const SIZE = { side: 160, square: false, type: 'image/webp', quality: 0.7 } as const

const thumbnails = new WeakMap<Blob, Promise<Blob | null>>()
/** Kept for as long as the tab is open: a few kilobytes each, and tiles come and go while the visitor scrolls. */
const urls = new WeakMap<Blob, string | null>()

/** The small version of a photo that tiles and history show; made once. Null if this browser can't decode the photo. */
export function photoThumbnail(photo: Blob): Promise<Blob | null> {
  const known = thumbnails.get(photo)
  if (known) return known
  const created = createThumbnail(photo, SIZE)
  thumbnails.set(photo, created)
  return created
}

/** The same photo in another file has the same small version, unless the first file couldn't be read. */
export function adoptThumbnail(from: Blob, to: Blob): void {
  const [thumbnail, url] = [thumbnails.get(from), urls.get(from)]
  if (!thumbnail || !url) return
  thumbnails.set(to, thumbnail)
  urls.set(to, url)
}

/** The URL of a photo's small version, if it has been made: undefined if not, null if it can't be. */
export function knownThumbnailUrl(photo: Blob): string | null | undefined {
  return urls.get(photo)
}

/** The URL of a photo's small version; null if this browser can't decode the photo. */
export async function thumbnailUrl(photo: Blob): Promise<string | null> {
  const thumbnail = await photoThumbnail(photo)
  const url = urls.get(photo) ?? (thumbnail && URL.createObjectURL(thumbnail))
  urls.set(photo, url)
  return url
}
