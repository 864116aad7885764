import type { Entry, FileEntry } from '@zip.js/zip.js'
import { isLabelsFileName, isSystemFile } from '@/lib/shared/files/ignored-files'
import { isPhotoName } from '@/lib/shared/files/photo-name'
import { type RawName, zipNames } from '@/lib/shared/files/zip-names'
import type { LeftOut, PhotoSource } from './source'

/** What is in a ZIP. */
export interface Unpacked {
  sources: PhotoSource[]
  leftOut: LeftOut[]
  /** Files that may tell what the photos show. */
  labels: File[]
}

/** Packing methods that are read: none, and Deflate. */
const READ = new Set([0, 8])

/**
 * The photos of a ZIP. Each is unpacked when it is needed, so an archive may be larger than the memory.
 *
 * @throws Error where it cannot be read
 */
export async function unpack(archive: Blob): Promise<Unpacked> {
  // Its code comes only now. Without workers and WebAssembly: the browser unpacks by itself.
  const { BlobReader, BlobWriter, configure, ZipReader } = await import('@zip.js/zip.js/lib/zip-core-custom.js')
  configure({ useWebWorkers: false })
  // Its entries' checksums too: a damaged photo must not be answered as a whole one.
  const reader = new ZipReader(new BlobReader(archive), { checkSignature: true })
  const entries: Entry[] = []
  for await (const entry of reader.getEntriesGenerator()) entries.push(entry)
  const names = zipNames(entries.map(rawNameOf))
  const found: Unpacked = { sources: [], leftOut: [], labels: [] }
  for (const [at, entry] of entries.entries()) {
    const path = names[at] ?? entry.filename
    if (entry.directory || isSystemFile(path)) continue
    const reason = whyNot(path, entry)
    if (reason) found.leftOut.push({ path, reason })
    else if (isLabelsFileName(path)) await addLabels(path, () => entry.getData(new BlobWriter()), found)
    else found.sources.push(sourceOf(path, entry, () => entry.getData(new BlobWriter(typeOf(path)))))
  }
  return found
}

function whyNot(path: string, { encrypted, compressionMethod }: Entry): LeftOut['reason'] | null {
  if (encrypted) return 'locked'
  if (!isLabelsFileName(path) && !isPhotoName(path)) return 'no_photo'
  return READ.has(compressionMethod) ? null : 'packing'
}

function rawNameOf({ rawFilename, bitFlag, extraFieldUnicodePath, filename }: Entry): RawName {
  const marked = extraFieldUnicodePath?.valid ? filename : undefined
  return { bytes: rawFilename, utf8: bitFlag?.languageEncodingFlag ?? false, marked }
}

async function addLabels(path: string, open: () => Promise<Blob>, found: Unpacked): Promise<void> {
  try {
    found.labels.push(new File([await open()], path))
  } catch {
    found.leftOut.push({ path, reason: 'no_labels' })
  }
}

function sourceOf(path: string, { uncompressedSize, lastModDate }: FileEntry, open: () => Promise<Blob>): PhotoSource {
  return { path, size: uncompressedSize, modified: lastModDate.getTime(), open }
}

/** Browsers show some pictures by their type only. */
function typeOf(path: string): string {
  const extension = path.slice(path.lastIndexOf('.') + 1).toLowerCase()
  return `image/${extension.replace(/^(jpg|jpe|jfif)$/, 'jpeg').replace(/^tif$/, 'tiff')}`
}
