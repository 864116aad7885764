import yauzl, { type Entry } from 'yauzl'
import type { RawName } from '@/lib/shared/files/zip-names'
import { bytes as formatBytes } from '@/lib/shared/i18n/format'
import { Problem } from '@/lib/shared/problems/problem'

/** Packing methods that are met and not read (APPNOTE 4.4.5). */
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
/** Photos hardly shrink; what shrinks more than this was made to fill disks. */
const MAX_RATIO = 200
const SYMLINK = 0o120000
const FILE_KIND = 0o170000
const UTF8_FLAG = 0x800

/** The name of an entry, as its archive has it. */
export function rawNameOf({ fileNameRaw, extraFields, generalPurposeBitFlag }: Entry): RawName {
  // By its Unicode field where that belongs to this name; without one it is read as code page 437.
  const marked = yauzl.getFileNameLowLevel(0, fileNameRaw, extraFields, false)
  const unmarked = yauzl.getFileNameLowLevel(0, fileNameRaw, [], false)
  return {
    bytes: fileNameRaw,
    utf8: (generalPurposeBitFlag & UTF8_FLAG) !== 0,
    marked: marked === unmarked ? undefined : marked,
  }
}

/** Why an entry cannot be had, where that is so: it alone fails for it. */
export function entryProblem(name: string, entry: Entry): Problem | null {
  if (((entry.externalFileAttributes >>> 16) & FILE_KIND) === SYMLINK) {
    return new Problem('invalid_parameter', 'It is a link in the archive; pack the file itself.')
  }
  if (/^(\/|[a-z]:)/i.test(name) || name.split('/').includes('..')) {
    return new Problem('invalid_parameter', 'Its name leads out of the archive.')
  }
  if (entry.isEncrypted()) {
    return new Problem('invalid_parameter', 'It is locked by a password; pack the archive without one.')
  }
  if (SUPPORTED_METHODS.has(entry.compressionMethod)) return null
  const method = UNSUPPORTED_METHODS[entry.compressionMethod] ?? `method ${entry.compressionMethod}`
  return new Problem('unsupported_format', `It is packed by ${method}, which is not read; pack the archive by Deflate.`)
}

/** Bytes that may shrink as they like: no disk is filled by them. */
const ALWAYS_ALLOWED_BYTES = 1_000_000

/** How far an archive is read. */
interface UnpackBudget {
  /** Bytes of what was met so far, this entry with it. */
  unpacked: number
  /** Bytes of the archive itself: what entries say of themselves may overlap. */
  archiveBytes: number
  /** What may still be unpacked, and what may be in all. */
  remaining: number
  limit: number
}

/** @throws Problem `archive_too_large` where an archive was made to fill disks, by one entry or by all together */
export function requireRoom(
  name: string,
  entry: Entry,
  { unpacked, archiveBytes, remaining, limit }: UnpackBudget,
): void {
  if (unpacked > remaining) {
    const detail = `Unpacked it has more than the ${formatBytes(limit)} that are allowed.`
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
