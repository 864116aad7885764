import Papa from 'papaparse'
import { underBase } from '@/lib/shared/web/base-path'

/** Photos requested at the same time. */
const CONCURRENCY = 6

/**
 * The gallery's photos with a labels file, as if the visitor had chosen them.
 *
 * @throws Error if one of them can't be fetched
 */
export async function fetchGalleryBatch(): Promise<File[]> {
  const credits = await (await fetchFile('CREDITS.csv')).text()
  const { data } = Papa.parse<Record<string, string>>(credits, { header: true, skipEmptyLines: true })
  const names = data.flatMap(({ file }) => file ?? [])
  const photos = new Map<string, File>()
  const waiting = names.values()
  const worker = async () => {
    for (const name of waiting) {
      const blob = await fetchFile(name)
      photos.set(name, new File([blob], name, { type: blob.type, lastModified: 0 }))
    }
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, worker))
  const labels = data.flatMap(({ file, imagenet_label: label }) => (file && label ? [[file, label]] : []))
  const csv = Papa.unparse([['file', 'label'], ...labels])
  return [...names.flatMap((name) => photos.get(name) ?? []), new File([csv], 'gallery-labels.csv')]
}

async function fetchFile(name: string): Promise<Blob> {
  const response = await fetch(underBase(`/gallery/${encodeURIComponent(name)}`))
  if (!response.ok) throw new Error(`${name}: ${response.status}`)
  return response.blob()
}
