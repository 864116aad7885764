import yauzl, { type Entry } from 'yauzl'
import type { RawName } from '@/lib/shared/files/zip-names'
import { bytes as formatBytes } from '@/lib/shared/i18n/format'
import { Problem } from '@/lib/shared/problems/problem'

/** Compression methods that occur but aren't supported (APPNOTE 4.4.5). */
const UNSUPPORTED_METHODS: Record<number, string> = {
  1: 'Shrink',
  6: 'Implode',
  9: 'Deflate64',
  12: 'bzip2',
  14: 'LZMA',
  93: 'Zstandard',
  95: 'XZ',
  98: 'PPMd',
  99: 'AES',
}
const SUPPORTED_METHODS = new Set([0, 8])
/** Photos hardly compress. Anything that compresses better than this was made to fill disks. */
const MAX_RATIO = 200
const SYMLINK = 0o120000
const FILE_KIND = 0o170000
const UTF8_FLAG = 0x800

/** The name of an entry, as stored in the archive. */
export function rawNameOf({ fileNameRaw, extraFields, generalPurposeBitFlag }: Entry): RawName {
  // From its Unicode field if that matches this name. Without a field, it would be read as code page 437.
  const marked = yauzl.getFileNameLowLevel(0, fileNameRaw, extraFields, false)
  const unmarked = yauzl.getFileNameLowLevel(0, fileNameRaw, [], false)
  return {
    bytes: fileNameRaw,
    utf8: (generalPurposeBitFlag & UTF8_FLAG) !== 0,
    marked: marked === unmarked ? undefined : marked,
  }
}

/** Why an entry can't be extracted, or null. Only this entry fails. */
export function entryProblem(name: string, entry: Entry): Problem | null {
  if (((entry.externalFileAttributes >>> 16) & FILE_KIND) === SYMLINK) {
    return new Problem('invalid_parameter', 'This entry is a symbolic link. Add the file itself to the archive.')
  }
  if (/^(\/|[a-z]:)/i.test(name) || name.split('/').includes('..')) {
    return new Problem('invalid_parameter', 'This entry’s name points outside the archive.')
  }
  if (entry.isEncrypted()) {
    return new Problem('invalid_parameter', 'This entry is encrypted. Create the archive without a password.')
  }
  if (SUPPORTED_METHODS.has(entry.compressionMethod)) return null
  const method = UNSUPPORTED_METHODS[entry.compressionMethod] ?? `method ${entry.compressionMethod}`
  return new Problem(
    'unsupported_format',
    `This entry is compressed with ${method}, which is not supported. Use Deflate.`,
  )
}

/** Up to this size, contents may have any ratio: they don't fill a disk. */
const ALWAYS_ALLOWED_BYTES = 1_000_000

/** How much of an archive may be unpacked. */
interface UnpackBudget {
  /** Bytes of all entries so far, including this one. */
  unpacked: number
  /** Bytes of the archive itself: entries may overlap, so their own sizes can't be trusted. */
  archiveBytes: number
  /** Bytes that may still be unpacked, and the limit in total. */
  remaining: number
  limit: number
}

/** @throws Problem `archive_too_large` if one entry, or all together, were made to fill disks */
export function requireRoom(
  name: string,
  entry: Entry,
  { unpacked, archiveBytes, remaining, limit }: UnpackBudget,
): void {
  if (unpacked > remaining) {
    const detail = `The archive unpacks to more than the ${formatBytes(limit)} allowed.`
    throw new Problem('archive_too_large', detail)
  }
  if (shrinksTooMuch(entry.uncompressedSize, entry.compressedSize)) {
    throw new Problem('archive_too_large', `${name} unpacks to more than ${MAX_RATIO} times its size.`)
  }
  if (shrinksTooMuch(unpacked, archiveBytes)) {
    throw new Problem('archive_too_large', `The archive unpacks to more than ${MAX_RATIO} times its size.`)
  }
}

function shrinksTooMuch(unpacked: number, packed: number): boolean {
  return unpacked > ALWAYS_ALLOWED_BYTES && unpacked > MAX_RATIO * packed
}
