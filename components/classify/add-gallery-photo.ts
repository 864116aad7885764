import { type GalleryPicture, licenseName } from '@/lib/shared/gallery/gallery'
import { underBase } from '@/lib/shared/web/base-path'

/** A photo of the gallery, and whom it is from. */
export interface GalleryPhoto {
  file: string
  credit: string
}

/**
 * Loads a photo of the gallery and adds it.
 *
 * @param known what the server says of it; null if there is no server that reads the URL
 * @throws Error if there is no such photo, or it can't be loaded
 */
export async function addGalleryPhoto(
  file: string,
  known: GalleryPhoto | null,
  add: (photo: Blob, credit: string) => void,
): Promise<void> {
  const { credit } = known ?? (await findPhoto(file))
  const response = await requireOk(fetch(underBase(`/gallery/${encodeURIComponent(file)}`)))
  const blob = await response.blob()
  add(new File([blob], file, { type: blob.type }), credit)
}

async function findPhoto(file: string): Promise<GalleryPhoto> {
  const response = await requireOk(fetch(underBase('/api/gallery')))
  const { pictures } = (await response.json()) as { pictures: GalleryPicture[] }
  const found = pictures.find((picture) => picture.file === file)
  if (!found) throw new Error(`no photo ${file} in the gallery`)
  return { file, credit: `${found.author}, ${licenseName(found.license)}` }
}

async function requireOk(request: Promise<Response>): Promise<Response> {
  const response = await request
  if (!response.ok) throw new Error(`HTTP ${response.status}`)
  return response
}
