import type { Entry, FileEntry } from '@zip.js/zip.js'
import { isLabelsFileName, isSystemFile } from '@/lib/shared/files/ignored-files'
import { isPhotoName } from '@/lib/shared/files/photo-name'
import { type RawName, zipNames } from '@/lib/shared/files/zip-names'
import type { LeftOut, PhotoSource } from './source'

/** The contents of a ZIP. */
export interface Unpacked {
  sources: PhotoSource[]
  leftOut: LeftOut[]
  /** Files that may hold the photos' labels. */
  labels: File[]
}

/** Supported compression methods: stored and Deflate. */
const SUPPORTED_METHODS = new Set([0, 8])

/**
 * Lists the photos of a ZIP. Each is unpacked only when it's needed, so an archive may be larger than memory.
 *
 * @throws Error if the archive can't be read
 */
export async function unpack(archive: Blob): Promise<Unpacked> {
  // Loaded on demand. Without workers and WebAssembly, because the browser decompresses natively.
  const { BlobReader, BlobWriter, configure, ZipReader } = await import('@zip.js/zip.js/lib/zip-core-custom.js')
  configure({ useWebWorkers: false })
  // Verify entry checksums too, so that a damaged photo isn't classified as an intact one.
  const reader = new ZipReader(new BlobReader(archive), { checkSignature: true })
  const entries: Entry[] = []
  for await (const entry of reader.getEntriesGenerator()) entries.push(entry)
  const names = zipNames(entries.map(rawNameOf))
  const unpacked: Unpacked = { sources: [], leftOut: [], labels: [] }
  for (const [index, entry] of entries.entries()) {
    const path = names[index] ?? entry.filename
    if (entry.directory || isSystemFile(path)) continue
    const reason = skipReason(path, entry)
    if (reason) unpacked.leftOut.push({ path, reason })
    else if (isLabelsFileName(path)) await addLabels(path, () => entry.getData(new BlobWriter()), unpacked)
    else unpacked.sources.push(sourceOf(path, entry, () => entry.getData(new BlobWriter(mimeTypeOf(path)))))
  }
  return unpacked
}

function skipReason(path: string, { encrypted, compressionMethod }: Entry): LeftOut['reason'] | null {
  if (encrypted) return 'locked'
  if (!isLabelsFileName(path) && !isPhotoName(path)) return 'no_photo'
  return SUPPORTED_METHODS.has(compressionMethod) ? null : 'packing'
}

function rawNameOf({ rawFilename, bitFlag, extraFieldUnicodePath, filename }: Entry): RawName {
  const marked = extraFieldUnicodePath?.valid ? filename : undefined
  return { bytes: rawFilename, utf8: bitFlag?.languageEncodingFlag ?? false, marked }
}

async function addLabels(path: string, open: () => Promise<Blob>, unpacked: Unpacked): Promise<void> {
  try {
    unpacked.labels.push(new File([await open()], path))
  } catch {
    unpacked.leftOut.push({ path, reason: 'no_labels' })
  }
}

function sourceOf(path: string, { uncompressedSize, lastModDate }: FileEntry, open: () => Promise<Blob>): PhotoSource {
  return { path, size: uncompressedSize, modified: lastModDate.getTime(), open }
}

/** Browsers display some formats only if the MIME type is set. */
function mimeTypeOf(path: string): string {
  const extension = path.slice(path.lastIndexOf('.') + 1).toLowerCase()
  return `image/${extension.replace(/^(jpg|jpe|jfif)$/, 'jpeg').replace(/^tif$/, 'tiff')}`
}
