import type { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { crc32 } from 'node:zlib'
import yauzl, { type Entry, type Options, type ZipFile } from 'yauzl'
import { isLabelsFileName, isSystemFile } from '@/lib/shared/files/ignored-files'
import { decodeZipNames, type RawName } from '@/lib/shared/files/zip-names'
import { Problem } from '@/lib/shared/problems/problem'
import { runInSlices, yieldingBetween } from '../event-loop/slices'
import { entryProblem, rawNameOf, requireRoom } from './zip-entry'

export interface ZipLimits {
  /** Maximum photos. */
  files: number
  /** Maximum bytes, unpacked. */
  bytes: number
  /** Bytes already unpacked from earlier archives of the upload. */
  before?: number
  /** Maximum bytes of one photo. A larger one is returned cut off, so that only that photo fails. */
  imageBytes: number
  /** Whether labels files are extracted, too. */
  labelsFiles?: boolean
}

/** A photo in an archive. */
export interface ZipPhoto {
  file: string
  /** Bytes in memory when it is read. */
  size: number
  /** Reads the photo, up to the limit. @throws Problem if something is wrong with this photo alone */
  read(): Promise<Uint8Array>
}

/** An open archive. Its owner closes it. */
export interface Zip {
  photos: readonly ZipPhoto[]
  /** Bytes of all its photos, unpacked. */
  unpacked: number
  close(): void
}

const open = promisify<string, Options, ZipFile>(yauzl.open)
const fromBuffer = promisify<Buffer, Options, ZipFile>(yauzl.fromBuffer)

/**
 * The photos of a ZIP, without system files and label files. Nothing is written under a name from the archive. A photo
 * that can't be extracted because of its name, its compression or a password fails when it is read. A nested archive is
 * returned as is, unopened.
 *
 * @param encoding of names that don't declare theirs
 * @throws Problem `invalid_parameter` if it isn't a ZIP; `too_many_files`, `archive_too_large`
 */
export async function openZip(source: string | Buffer, limits: ZipLimits, encoding?: string): Promise<Zip> {
  const options = { lazyEntries: true, autoClose: false, decodeStrings: false, validateEntrySizes: true }
  const zip = await (typeof source === 'string' ? open(source, options) : fromBuffer(source, options)).catch(
    unreadableArchive,
  )
  try {
    if (zip.entryCount > 2 * limits.files + 100) throw tooMany(limits.files)
    const entries = await entriesOf(zip).catch(unreadableArchive)
    const names = await runInSlices(namesOf(entries, encoding))
    const photos: ZipPhoto[] = []
    const seen = new Set<string>()
    const before = limits.before ?? 0
    let unpacked = 0
    for await (const [at, entry] of yieldingBetween(entries.entries())) {
      const file = names[at] ?? ''
      if (file.endsWith('/') || isSystemFile(file)) continue
      if (!limits.labelsFiles && isLabelsFileName(file)) continue
      if (photos.length >= limits.files) throw tooMany(limits.files)
      unpacked += entry.uncompressedSize
      requireRoom(file, entry, {
        unpacked,
        archiveBytes: zip.fileSize,
        remaining: limits.bytes - before,
        limit: limits.bytes,
      })
      photos.push(photoOf(zip, entry, file, seen, limits.imageBytes + 1))
      seen.add(file)
    }
    return { photos, unpacked, close: () => zip.close() }
  } catch (error) {
    zip.close()
    throw error
  }
}

function* namesOf(entries: readonly Entry[], encoding: string | undefined): Generator<void, string[]> {
  const names: RawName[] = []
  for (const entry of entries) {
    names.push(rawNameOf(entry))
    yield
  }
  return yield* decodeZipNames(names, encoding)
}

/** @param seen names of the photos before it @param maxBytes how much of it to read */
function photoOf(zip: ZipFile, entry: Entry, file: string, seen: ReadonlySet<string>, maxBytes: number): ZipPhoto {
  const problem = seen.has(file)
    ? new Problem('invalid_parameter', 'The archive has another file with this name.')
    : entryProblem(file, entry)
  if (problem) return { file, size: 0, read: () => Promise.reject(problem) }
  return { file, size: Math.min(entry.uncompressedSize, maxBytes), read: () => unpack(zip, entry, maxBytes) }
}

/**
 * The photos of a ZIP, one after another: bytes, or what is wrong with the photo.
 *
 * @returns bytes of all photos
 * @throws as `openZip`
 */
export async function* zipPhotos(
  source: string | Buffer,
  limits: ZipLimits,
  encoding?: string,
): AsyncGenerator<[file: string, Uint8Array | Problem], number> {
  const { photos, unpacked, close } = await openZip(source, limits, encoding)
  try {
    for (const { file, read } of photos) yield [file, await read().catch(asValue)]
    return unpacked
  } finally {
    close()
  }
}

/** Returns what is wrong with one photo as a value; rethrows anything else. */
export function asValue(error: unknown): Problem {
  if (error instanceof Problem) return error
  throw error
}

function entriesOf(zip: ZipFile): Promise<Entry[]> {
  const entries: Entry[] = []
  return new Promise((resolve, reject) => {
    zip.on('entry', (entry: Entry) => {
      entries.push(entry)
      zip.readEntry()
    })
    zip.once('end', () => resolve(entries))
    zip.once('error', reject)
    zip.readEntry()
  })
}

function tooMany(limit: number): Problem {
  return new Problem('too_many_files', `The archive has more than the ${limit} photos allowed.`)
}

/** Reads a file up to a limit. */
async function unpack(zip: ZipFile, entry: Entry, maxBytes: number): Promise<Uint8Array> {
  const stream = await promisify<Entry, Readable>(zip.openReadStream.bind(zip))(entry).catch(damaged)
  const chunks: Buffer[] = []
  let length = 0
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      chunks.push(chunk)
      length += chunk.length
      if (length >= maxBytes) break
    }
  } catch (error) {
    return damaged(error as Error)
  } finally {
    stream.destroy()
  }
  const bytes = Buffer.concat(chunks, length)
  // A photo that was cut off has no checksum to compare.
  if (length < maxBytes && crc32(bytes) !== entry.crc32) return damaged(new Error('checksum mismatch'))
  return bytes
}

/** Something is wrong with one file of the archive. */
function damaged(error: Error): never {
  throw new Problem(
    'truncated_image',
    `The archive is damaged here (${reasonOf(error)}). Create or download the archive again.`,
  )
}

/** Something is wrong with the archive; in parentheses, in the words of its reader. */
function unreadableArchive(error: Error): never {
  throw new Problem(
    'invalid_parameter',
    `The archive cannot be read: it is damaged or not a ZIP file. Create or download it again. (${reasonOf(error)})`,
  )
}

/** What the reader says, without its full stop. */
function reasonOf({ message }: Error): string {
  return message.replace(/\.$/, '')
}
