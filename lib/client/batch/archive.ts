import type { FileEntry } from '@zip.js/zip.js'
import { isPhotoName } from '@/lib/shared/photo-name'
import { isLitter, type LeftOut, type PhotoSource } from './source'

/**
 * The photos of a ZIP. Each is unpacked when it is needed, so an archive may be larger than the memory.
 *
 * @throws Error where it cannot be read
 */
export async function unpack(archive: Blob): Promise<{ sources: PhotoSource[]; leftOut: LeftOut[] }> {
  // Its code comes only now. Without workers and WebAssembly: the browser unpacks by itself.
  const { BlobReader, BlobWriter, configure, ZipReader } = await import('@zip.js/zip.js/lib/zip-core-custom.js')
  configure({ useWebWorkers: false })
  const sources: PhotoSource[] = []
  const leftOut: LeftOut[] = []
  for await (const entry of new ZipReader(new BlobReader(archive)).getEntriesGenerator()) {
    const path = entry.filename
    if (entry.directory || isLitter(path)) continue
    if (entry.encrypted) leftOut.push({ path, reason: 'locked' })
    else if (!isPhotoName(path)) leftOut.push({ path, reason: 'no_photo' })
    else sources.push(sourceOf(entry, () => entry.getData(new BlobWriter(typeOf(path)))))
  }
  return { sources, leftOut }
}

function sourceOf({ filename, uncompressedSize, lastModDate }: FileEntry, open: () => Promise<Blob>): PhotoSource {
  return { path: filename, size: uncompressedSize, modified: lastModDate.getTime(), open }
}

/** Browsers show some pictures by their type only. */
function typeOf(path: string): string {
  const extension = path.slice(path.lastIndexOf('.') + 1).toLowerCase()
  return `image/${extension.replace(/^jpg$/, 'jpeg').replace(/^tif$/, 'tiff')}`
}
