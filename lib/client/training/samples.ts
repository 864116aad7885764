import type { GalleryPicture } from '@/lib/shared/gallery/gallery'
import { underBase } from '@/lib/shared/web/base-path'

/** A model needs a few photos of each label. */
const LEAST = 3
/** Photos that show none of the labels of the shipped models have nothing in common. */
const WITHOUT_LABEL = 'outside'

/**
 * The gallery's photos by category, for those categories that have a few.
 *
 * @throws Error if one of them can't be fetched
 */
export async function fetchSamples(): Promise<{ group: string; files: File[] }[]> {
  const { pictures } = (await (await fetchPage(underBase('/api/gallery'))).json()) as { pictures: GalleryPicture[] }
  const groups = new Map<string, string[]>()
  for (const { group, file } of pictures) groups.set(group, [...(groups.get(group) ?? []), file])
  const chosen = [...groups].filter(([group, files]) => files.length >= LEAST && !group.startsWith(WITHOUT_LABEL))
  return Promise.all(chosen.map(async ([group, files]) => ({ group, files: await Promise.all(files.map(fetchPhoto)) })))
}

async function fetchPhoto(name: string): Promise<File> {
  const blob = await (await fetchPage(underBase(`/gallery/${encodeURIComponent(name)}`))).blob()
  return new File([blob], name, { type: blob.type })
}

async function fetchPage(url: string): Promise<Response> {
  const response = await fetch(url)
  if (!response.ok) throw new Error(`${url}: ${response.status}`)
  return response
}
