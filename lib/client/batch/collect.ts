import { isSystemFile } from '@/lib/shared/files/ignored-files'
import { isPhotoName } from '@/lib/shared/files/photo-name'
import { mayHoldLabels } from '@/lib/shared/labels-file/parse'
import { bestLabels, type Labels, type LabelsCandidate } from './labels'
import { byPath, type LeftOut, type PhotoSource, pathOf } from './source'

export interface Collection {
  sources: PhotoSource[]
  leftOut: LeftOut[]
  labels: Labels | null
}

/** What was found so far; files of labels wait until all photos are known. */
type Finding = Collection & { candidates: LabelsCandidate[] }

/**
 * What is in the files and folders that a visitor dropped or picked: photos, those of ZIPs, a file of labels, and the rest.
 *
 * @param before photos of the batch that came before
 */
export async function collect(files: readonly File[], before: readonly string[] = []): Promise<Collection> {
  const found: Finding = { sources: [], leftOut: [], labels: null, candidates: [] }
  for (const file of files) await sort(file, found)
  if (found.candidates.length > 0) {
    const photos = [...new Set([...before, ...found.sources.map(({ path }) => path)])]
    const { labels, others } = await bestLabels(found.candidates, photos)
    found.labels = labels
    found.leftOut.push(...others)
  }
  // One by one they are as they were chosen; of folders browsers tell in an order of their own.
  if (found.sources.some(({ path }) => path.includes('/'))) found.sources.sort(byPath)
  return found
}

async function sort(file: File, found: Finding): Promise<void> {
  const path = pathOf(file)
  const inFolder = path.includes('/')
  if (inFolder && isSystemFile(path)) return
  if (/\.zip$/i.test(path)) await addArchive(file, path, found)
  else if (mayHoldLabels(path)) found.candidates.push({ path, blob: file, meant: !inFolder })
  else if (inFolder && !isPhotoName(path)) found.leftOut.push({ path, reason: 'no_photo' })
  else found.sources.push({ path, size: file.size, modified: file.lastModified, open: async () => file })
}

async function addArchive(file: File, path: string, found: Finding): Promise<void> {
  try {
    const { unpack } = await import('./archive')
    const { sources, leftOut, labels } = await unpack(file)
    found.sources.push(...sources)
    found.leftOut.push(...leftOut)
    for (const each of labels) found.candidates.push({ path: each.name, blob: each, meant: false })
  } catch {
    found.leftOut.push({ path, reason: 'archive_unreadable' })
  }
}
