import yauzl, { type Entry } from 'yauzl'
import type { RawName } from '@/lib/shared/files/zip-names'
import { bytes as formatBytes } from '@/lib/shared/i18n/format'
import { Problem } from '@/lib/shared/problems/problem'

/** Packing methods that are met and not read (APPNOTE 4.4.5). */
const METHODS: Record<number, string> = {
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
const READ = new Set([0, 8])
/** Photos hardly shrink; what shrinks more than this was made to fill disks. */
const MOST_RATIO = 200
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
  if (READ.has(entry.compressionMethod)) return null
  const method = METHODS[entry.compressionMethod] ?? `method ${entry.compressionMethod}`
  return new Problem('unsupported_format', `It is packed by ${method}, which is not read; pack the archive by Deflate.`)
}

/** Bytes that may shrink as they like: no disk is filled by them. */
const SMALL = 1_000_000

/** How far an archive is read. */
interface Unpacked {
  /** Bytes of what was met so far, this entry with it. */
  unpacked: number
  /** Bytes of the archive itself: what entries say of themselves may overlap. */
  archive: number
  /** What may still be unpacked, and what may be in all. */
  left: number
  most: number
}

/** @throws Problem `archive_too_large` where an archive was made to fill disks, by one entry or by all together */
export function requireRoom(name: string, entry: Entry, { unpacked, archive, left, most }: Unpacked): void {
  if (unpacked > left) {
    const detail = `Unpacked it has more than the ${formatBytes(most)} that are allowed.`
    throw new Problem('archive_too_large', detail)
  }
  if (shrinksTooMuch(entry.uncompressedSize, entry.compressedSize)) {
    throw new Problem('archive_too_large', `${name} unpacks to more than ${MOST_RATIO} times its size.`)
  }
  if (shrinksTooMuch(unpacked, archive)) {
    throw new Problem('archive_too_large', `The archive unpacks to more than ${MOST_RATIO} times its size.`)
  }
}

function shrinksTooMuch(unpacked: number, packed: number): boolean {
  return unpacked > SMALL && unpacked > MOST_RATIO * packed
}
