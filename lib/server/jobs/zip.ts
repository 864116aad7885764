import type { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { crc32 } from 'node:zlib'
import yauzl, { type Entry, type Options, type ZipFile } from 'yauzl'
import { isLabelsFileName, isSystemFile } from '@/lib/shared/files/ignored-files'
import { decodeZipNames, type RawName } from '@/lib/shared/files/zip-names'
import { Problem } from '@/lib/shared/problems/problem'
import { inSlices, withRests } from '../event-loop/slices'
import { entryProblem, rawNameOf, requireRoom } from './zip-entry'

export interface ZipLimits {
  /** Photos in it. */
  files: number
  /** All of it unpacked. */
  bytes: number
  /** Bytes of archives that came with it and are unpacked already. */
  before?: number
  /** A single photo; a larger one is handed out cut, so that it fails by itself. */
  imageBytes: number
}

/** A photo in an archive. */
export interface ZipPhoto {
  file: string
  /** Bytes that it has in memory when it is read. */
  size: number
  /** At most so many bytes of it. @throws Problem for what is wrong with it alone */
  read(): Promise<Uint8Array>
}

/** An archive that is open. Its owner closes it. */
export interface Zip {
  photos: readonly ZipPhoto[]
  /** What all of it has unpacked, in bytes. */
  unpacked: number
  close(): void
}

const open = promisify<string, Options, ZipFile>(yauzl.open)
const fromBuffer = promisify<Buffer, Options, ZipFile>(yauzl.fromBuffer)

/**
 * The photos of a ZIP, none of which is written anywhere by its own name: without what systems leave, and labels. One that cannot be had, because of its
 * name, its packing or a password, fails when it is read. An archive in it is handed out as it is, unopened.
 *
 * @param encoding of names that do not say theirs
 * @throws Problem `invalid_parameter` where it is no ZIP; `too_many_files`, `archive_too_large`
 */
export async function openZip(source: string | Buffer, limits: ZipLimits, encoding?: string): Promise<Zip> {
  const options = { lazyEntries: true, autoClose: false, decodeStrings: false, validateEntrySizes: true }
  const zip = await (typeof source === 'string' ? open(source, options) : fromBuffer(source, options)).catch(refused)
  try {
    if (zip.entryCount > 2 * limits.files + 100) throw tooMany(limits.files)
    const entries = await entriesOf(zip).catch(refused)
    const names = await inSlices(namesOf(entries, encoding))
    const photos: ZipPhoto[] = []
    const seen = new Set<string>()
    const before = limits.before ?? 0
    let unpacked = 0
    for await (const [at, entry] of withRests(entries.entries())) {
      const file = names[at] ?? ''
      if (file.endsWith('/') || isSystemFile(file) || isLabelsFileName(file)) continue
      if (photos.length >= limits.files) throw tooMany(limits.files)
      unpacked += entry.uncompressedSize
      requireRoom(file, entry, { unpacked, archive: zip.fileSize, left: limits.bytes - before, most: limits.bytes })
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

/** @param seen names of those before it @param most bytes that are read of it */
function photoOf(zip: ZipFile, entry: Entry, file: string, seen: ReadonlySet<string>, most: number): ZipPhoto {
  const problem = seen.has(file)
    ? new Problem('invalid_parameter', 'The archive has another file of this name.')
    : entryProblem(file, entry)
  if (problem) return { file, size: 0, read: () => Promise.reject(problem) }
  return { file, size: Math.min(entry.uncompressedSize, most), read: () => unpack(zip, entry, most) }
}

/** The photos of a ZIP, one after another: its bytes, or what is wrong with it. → bytes of all. @throws as `openZip` */
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

/** What is wrong with one photo, as a value; anything else is thrown on. */
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
  return new Problem('too_many_files', `The archive has more than the ${limit} photos that are allowed.`)
}

/** At most so many bytes of a file. */
async function unpack(zip: ZipFile, entry: Entry, most: number): Promise<Uint8Array> {
  const stream = await promisify<Entry, Readable>(zip.openReadStream.bind(zip))(entry).catch(damaged)
  const chunks: Buffer[] = []
  let length = 0
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      chunks.push(chunk)
      length += chunk.length
      if (length >= most) break
    }
  } catch (error) {
    return damaged(error as Error)
  } finally {
    stream.destroy()
  }
  const bytes = Buffer.concat(chunks, length)
  // Of one that was cut nothing can be said.
  if (length < most && crc32(bytes) !== entry.crc32) return damaged(new Error('the checksum is another'))
  return bytes
}

/** What is wrong with one file of the archive. */
function damaged(error: Error): never {
  throw new Problem('truncated_image', `The archive is damaged here: ${error.message}.`)
}

/** What is wrong with the archive, in its reader's words. */
function refused(error: Error): never {
  throw new Problem('invalid_parameter', `The archive cannot be read: ${error.message}.`)
}
