import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { promisify } from 'node:util'
import yauzl, { type Entry, type Options, type ZipFile } from 'yauzl'
import { bytes as formatBytes } from '@/lib/shared/format'
import { Problem } from '@/lib/shared/problem'

export interface ZipLimits {
  /** Photos in it. */
  files: number
  /** All of it unpacked. */
  bytes: number
  /** A single photo; a larger one is handed out cut, so that it fails by itself. */
  imageBytes: number
}

const open = promisify<string, Options, ZipFile>(yauzl.open)
const fromBuffer = promisify<Buffer, Options, ZipFile>(yauzl.fromBuffer)

/** Photos hardly shrink; what shrinks more than this was made to fill disks. */
const MOST_RATIO = 200
/** What packers add: folders, thumbnails of a Mac, hidden files. */
const NOT_PHOTOS = /(^|\/)(__MACOSX\/|\.)|\/$/
const SYMLINK = 0o120000
const FILE_KIND = 0o170000

/**
 * The photos of a ZIP, one after another, none of which is written anywhere by its own name. An archive in it is handed out as it is, unopened.
 *
 * @throws Problem `invalid_parameter` where it is no ZIP, or has a name that leads out of it, the same name twice, a link, or a password;
 *   `too_many_files`, `archive_too_large`
 */
export async function* zipPhotos(
  source: string | Buffer,
  limits: ZipLimits,
): AsyncGenerator<[file: string, Uint8Array]> {
  const options = {
    lazyEntries: true,
    autoClose: false,
    strictFileNames: false,
    decodeStrings: true,
    validateEntrySizes: true,
  }
  const zip = await (typeof source === 'string' ? open(source, options) : fromBuffer(source, options)).catch(refused)
  try {
    if (zip.entryCount > 2 * limits.files + 100) throw tooMany(limits.files)
    const names = new Set<string>()
    let unpacked = 0
    for await (const entry of entries(zip)) {
      if (NOT_PHOTOS.test(entry.fileName)) continue
      requireOrdinary(entry, names)
      names.add(entry.fileName)
      if (names.size > limits.files) throw tooMany(limits.files)
      unpacked += entry.uncompressedSize
      requireRoom(entry, unpacked, limits)
      yield [entry.fileName, await unpack(zip, entry, limits.imageBytes + 1)]
    }
  } finally {
    zip.close()
  }
}

async function* entries(zip: ZipFile): AsyncGenerator<Entry> {
  for (;;) {
    const next = once(zip, 'entry').then(([entry]) => entry as Entry)
    const end = once(zip, 'end').then(() => null)
    // The one that does not come is left behind with the listeners of this round.
    zip.readEntry()
    const entry = await Promise.race([next, end]).catch(refused)
    for (const name of ['entry', 'end', 'error']) zip.removeAllListeners(name)
    if (entry === null) return
    yield entry
  }
}

function requireOrdinary(entry: Entry, names: ReadonlySet<string>): void {
  const { fileName } = entry
  if (((entry.externalFileAttributes >>> 16) & FILE_KIND) === SYMLINK) {
    throw new Problem('invalid_parameter', `The archive has a link in it (${fileName}); pack the file itself.`)
  }
  if (entry.generalPurposeBitFlag & 1) {
    throw new Problem('invalid_parameter', `The archive has a password (${fileName}); pack it without one.`)
  }
  if (names.has(fileName)) throw new Problem('invalid_parameter', `The archive has ${fileName} twice.`)
}

function requireRoom({ fileName, compressedSize, uncompressedSize }: Entry, unpacked: number, limits: ZipLimits): void {
  if (unpacked > limits.bytes) {
    throw new Problem(
      'archive_too_large',
      `Unpacked it has more than the ${formatBytes(limits.bytes)} that are allowed.`,
    )
  }
  if (uncompressedSize > 1_000_000 && uncompressedSize > MOST_RATIO * compressedSize) {
    throw new Problem('archive_too_large', `${fileName} unpacks to more than ${MOST_RATIO} times its size.`)
  }
}

function tooMany(limit: number): Problem {
  return new Problem('too_many_files', `The archive has more than the ${limit} photos that are allowed.`)
}

/** At most so many bytes of a file. */
async function unpack(zip: ZipFile, entry: Entry, most: number): Promise<Uint8Array> {
  const stream = await promisify<Entry, Readable>(zip.openReadStream.bind(zip))(entry).catch(refused)
  const chunks: Buffer[] = []
  let length = 0
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      chunks.push(chunk)
      length += chunk.length
      if (length >= most) break
    }
  } catch (error) {
    return refused(error as Error)
  } finally {
    stream.destroy()
  }
  return Buffer.concat(chunks, length)
}

/** What is wrong with the archive, in its reader's words. */
function refused(error: Error): never {
  throw new Problem('invalid_parameter', `The archive cannot be read: ${error.message}.`)
}
