import { isSystemFile } from '@/lib/shared/files/ignored-files'
import { isPhotoName } from '@/lib/shared/files/photo-name'
import { mayHoldLabels } from '@/lib/shared/labels-file/parse'
import { slices } from '../event-loop/slices'
import { chooseLabels, type LabelsCandidate, type LabelsFile, type UnreadableLabels } from './labels'
import { comparePaths, type LeftOut, type PhotoSource, relativePath } from './source'

export interface Collection {
  sources: PhotoSource[]
  leftOut: LeftOut[]
  labels: LabelsFile | null
  unreadableLabels: UnreadableLabels | null
}

/** The collection in progress. Labels files are evaluated once all photos are known. */
type PartialCollection = Collection & { candidates: LabelsCandidate[] }

/**
 * Sorts dropped or selected files and folders into photos (including those inside ZIPs), a labels file, and the rest.
 *
 * @param existing paths of the photos that the batch already has
 */
export async function collect(files: readonly File[], existing: readonly string[] = []): Promise<Collection> {
  const collection: PartialCollection = {
    sources: [],
    leftOut: [],
    labels: null,
    unreadableLabels: null,
    candidates: [],
  }
  // The size of a file is a question to the browser and the disk, of up to half a millisecond.
  const turn = slices()
  for (const file of files) {
    await turn()
    await sortFile(file, collection)
  }
  if (collection.candidates.length > 0) {
    const photos = [...new Set([...existing, ...collection.sources.map(({ path }) => path)])]
    const { labels, unreadable, others } = await chooseLabels(collection.candidates, photos)
    collection.labels = labels
    collection.unreadableLabels = unreadable
    collection.leftOut.push(...others)
  }
  // Individual files keep the order of selection; browsers list folders in an order of their own.
  if (collection.sources.some(({ path }) => path.includes('/'))) collection.sources.sort(comparePaths)
  return collection
}

async function sortFile(file: File, collection: PartialCollection): Promise<void> {
  const path = relativePath(file)
  const inFolder = path.includes('/')
  if (inFolder && isSystemFile(path)) return
  if (/\.zip$/i.test(path)) await addArchive(file, path, collection)
  else if (mayHoldLabels(path)) collection.candidates.push({ path, blob: file, explicit: !inFolder })
  else if (inFolder && !isPhotoName(path)) collection.leftOut.push({ path, reason: 'no_photo' })
  else collection.sources.push({ path, size: file.size, modified: file.lastModified, open: async () => file })
}

async function addArchive(file: File, path: string, collection: PartialCollection): Promise<void> {
  try {
    const { unpack } = await import('./archive')
    const { sources, leftOut, labels } = await unpack(file)
    collection.sources.push(...sources)
    collection.leftOut.push(...leftOut)
    if (sources.length + leftOut.length + labels.length === 0)
      collection.leftOut.push({ path, reason: 'archive_empty' })
    for (const each of labels) collection.candidates.push({ path: each.name, blob: each, explicit: false })
  } catch {
    collection.leftOut.push({ path, reason: 'archive_unreadable' })
  }
}
