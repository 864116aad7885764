import { isPhotoName } from '@/lib/shared/files/photo-name'
import type { Location } from './location'
import { isUnder } from './location'
import type { ObjectInfo, ObjectStore } from './object-store'

/**
 * The photos at a location by key, page by page, with what shows later whether they have changed. An object that the
 * location names exactly is included whatever its name.
 */
export async function* listPhotos(
  store: ObjectStore,
  { prefix }: Location,
  options: { after?: string; signal?: AbortSignal } = {},
): AsyncGenerator<ObjectInfo[]> {
  for await (const page of store.listCurrent(prefix, options)) {
    const photos = page.filter(({ key }) => key === prefix || (isUnder(key, prefix) && isPhotoName(key)))
    if (photos.length > 0) yield photos
  }
}
