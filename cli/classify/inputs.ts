import { readdir, stat } from 'node:fs/promises'
import { glob, isDynamicPattern } from 'tinyglobby'
import { isPhotoName } from '@/lib/shared/files/photo-name'
import { Problem } from '@/lib/shared/problems/problem'
import { EXIT, Failure } from '../program/exit'
import { type Archives, isArchive } from './archives'
import { BucketPhotos } from './bucket'
import { displayPath, nonFileKind, type Path, readRegularFile } from './file'
import { joinBytes, parseNameList, recoverPaths } from './path-names'
import { withTimeout } from './timeout'

/** Reads a photo's bytes. @throws Problem, or file system errors */
export type Read = (signal: AbortSignal) => Promise<Uint8Array>
/** Readers of the photos by their name in the results, in order. */
export type Inputs = ReadonlyMap<string, Read>

/** Sources of photos other than the disk, and how long the disk may take. */
export interface InputSources {
  stdin: NodeJS.ReadableStream
  buckets: BucketPhotos
  archives: Archives
  /** Time limit for a read or for listing a folder. */
  seconds: number
  /** Reports skipped entries. */
  warn(line: string): void
}

/**
 * Lists the photos given on the command line: files, all photos below folders and bucket prefixes, those in ZIP files,
 * glob patterns, and with `-` the names on stdin. Each photo appears once, in this order; those of a folder are sorted
 * by name.
 *
 * @throws Failure if there are no photos or the disk does not respond
 */
export async function listInputs(args: readonly string[], sources: InputSources): Promise<Inputs> {
  const inputs = new Map<string, Read>()
  for (const arg of args) {
    if (arg === '-') for (const path of parseNameList(await readAll(sources.stdin))) add(inputs, path, sources)
    else if (BucketPhotos.names(arg)) for (const file of await sources.buckets.list(arg)) add(inputs, file, sources)
    else await expand(arg, inputs, sources)
  }
  if (inputs.size === 0) throw new Failure(EXIT.notFound, `No photos found in ${args.join(', ')}.`)
  return inputs
}

function add(inputs: Map<string, Read>, path: Path, { buckets, seconds }: InputSources): void {
  const file = displayPath(path)
  if (inputs.has(file)) return
  if (typeof path === 'string' && BucketPhotos.names(path)) inputs.set(file, (signal) => buckets.read(path, signal))
  else inputs.set(file, (signal) => withTimeout(readRegularFile(path), seconds, signal))
}

async function expand(arg: string, inputs: Map<string, Read>, sources: InputSources): Promise<void> {
  const { seconds } = sources
  for (const path of await withDiskTimeout(arg, recoverPaths(arg), seconds)) {
    const found = await withDiskTimeout(
      arg,
      stat(path).catch(() => null),
      seconds,
    )
    if (found?.isDirectory()) await addFolder(path, inputs, sources)
    else if (found?.isFile() && isArchive(arg)) await addArchive(path, inputs, sources)
    // An existing file takes precedence over a pattern, because names with brackets are common.
    else if (found || !isDynamicPattern(arg)) add(inputs, path, sources)
    else await addMatches(arg, inputs, sources)
  }
}

async function addFolder(folder: Path, inputs: Map<string, Read>, sources: InputSources): Promise<void> {
  for (const each of await listFolder(folder, sources)) add(inputs, each, sources)
}

async function addArchive(path: Path, inputs: Map<string, Read>, { archives }: InputSources): Promise<void> {
  for (const [file, read] of await archives.open(path)) if (!inputs.has(file)) inputs.set(file, read)
}

async function addMatches(pattern: string, inputs: Map<string, Read>, sources: InputSources): Promise<void> {
  const matches = await withDiskTimeout(pattern, glob(pattern, { expandDirectories: false }), sources.seconds)
  for (const match of matches.sort()) {
    for (const path of await withDiskTimeout(match, recoverPaths(match), sources.seconds)) add(inputs, path, sources)
  }
}

/** @throws Failure if the disk does not respond */
function withDiskTimeout<T>(path: Path, work: Promise<T>, seconds: number): Promise<T> {
  return withTimeout(work, seconds).catch((error) => {
    if (!(error instanceof Problem)) throw error
    throw new Failure(EXIT.unreachable, `${displayPath(path)} cannot be read: ${error.detail}`)
  })
}

/** A directory entry with a name in bytes, which Node's types do not cover. */
interface ByteEntry {
  name: Buffer
  isDirectory(): boolean
  isFile(): boolean
}

async function listFolder(folder: Path, sources: InputSources): Promise<Path[]> {
  const files: Buffer[] = []
  const folders: Buffer[] = []
  const reading = readdir(folder, { withFileTypes: true, encoding: 'buffer' }) as unknown as Promise<ByteEntry[]>
  for (const entry of await withDiskTimeout(folder, reading, sources.seconds)) {
    const name = entry.name.toString()
    if (name.startsWith('.')) continue
    if (entry.isDirectory()) folders.push(entry.name)
    else if (isPhotoName(name) && (entry.isFile() || (await isLinkedFile(joinBytes(folder, entry.name), sources)))) {
      files.push(entry.name)
    }
  }
  const paths = files.sort(Buffer.compare).map((name) => joinBytes(folder, name))
  for (const name of folders.sort(Buffer.compare)) paths.push(...(await listFolder(joinBytes(folder, name), sources)))
  return paths
}

/** Whether a link leads to a regular file. Anything else is reported; a broken link fails when it is read. */
async function isLinkedFile(path: Path, { seconds, warn }: InputSources): Promise<boolean> {
  const found = await withDiskTimeout(
    path,
    stat(path).catch(() => null),
    seconds,
  )
  const kind = found && nonFileKind(found)
  if (kind) warn(`${displayPath(path)}: skipped, because it is ${kind}`)
  return !kind
}

async function readAll(stream: NodeJS.ReadableStream): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}
