import { isLitter } from '@/lib/shared/beside-photos'
import { isPhotoName } from '@/lib/shared/photo-name'
import { readTable, readTruth, type Truth } from '@/lib/shared/truth'
import { byPath, type LeftOut, type PhotoSource, pathOf } from './source'

/** Labels that came with the photos. */
export interface Labels {
  name: string
  text: string
  truth: Truth
}

export interface Collection {
  sources: PhotoSource[]
  leftOut: LeftOut[]
  labels: Labels | null
}

/** What is in the files and folders that a visitor dropped or picked: photos, those of ZIPs, a CSV of labels, and the rest. */
export async function collect(files: readonly File[]): Promise<Collection> {
  const found: Collection = { sources: [], leftOut: [], labels: null }
  for (const file of files) await sort(file, found)
  // One by one they are as they were chosen; of folders browsers tell in an order of their own.
  if (found.sources.some(({ path }) => path.includes('/'))) found.sources.sort(byPath)
  return found
}

async function sort(file: File, found: Collection): Promise<void> {
  const path = pathOf(file)
  const inFolder = path.includes('/')
  if (inFolder && isLitter(path)) return
  if (/\.zip$/i.test(path)) await addArchive(file, path, found)
  else if (/\.csv$/i.test(path)) await addLabels(file, path, found)
  else if (inFolder && !isPhotoName(path)) found.leftOut.push({ path, reason: 'no_photo' })
  else found.sources.push({ path, size: file.size, modified: file.lastModified, open: async () => file })
}

async function addArchive(file: File, path: string, found: Collection): Promise<void> {
  try {
    const { unpack } = await import('./archive')
    const { sources, leftOut, labels } = await unpack(file)
    found.sources.push(...sources)
    found.leftOut.push(...leftOut)
    for (const each of labels) await addLabels(each, each.name, found)
  } catch {
    found.leftOut.push({ path, reason: 'archive_unreadable' })
  }
}

async function addLabels(file: File, path: string, found: Collection): Promise<void> {
  const labels = await readLabels(file)
  if (labels && !found.labels) found.labels = labels
  else found.leftOut.push({ path, reason: labels ? 'no_photo' : 'no_labels' })
}

/** A CSV of labels; null where it has other columns or cannot be read. */
export async function readLabels(file: File): Promise<Labels | null> {
  try {
    return labelsOf(pathOf(file), await file.text())
  } catch {
    return null
  }
}

/** The same of its text. */
export function labelsOf(name: string, text: string): Labels | null {
  const truth = readTruth(readTable(text))
  return truth && { name, text, truth }
}
