import { isPhotoName } from '@/lib/shared/files/photo-name'
import type { Location } from './location'
import { isUnder } from './location'
import type { ObjectInfo, ObjectStore } from './object-store'

/**
 * Photos at a location by key, a page at a time, with what says later whether they have changed. An object that is named itself is taken whatever
 * it is called.
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
