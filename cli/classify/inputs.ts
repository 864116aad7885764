import { readdir, stat } from 'node:fs/promises'
import { glob, isDynamicPattern } from 'tinyglobby'
import { isPhotoName } from '@/lib/shared/files/photo-name'
import { Problem } from '@/lib/shared/problems/problem'
import { EXIT, Failure } from '../program/exit'
import { type Archives, isArchive } from './archives'
import { BucketPhotos } from './bucket'
import { within } from './deadline'
import { oddKind, type Path, readRegular, shown } from './file'
import { inFolder, listedNames, regained } from './names'

/** How a photo's bytes are had. @throws Problem, or an error of the file system */
export type Read = (signal: AbortSignal) => Promise<Uint8Array>
/** Photos by what they are called in the results, in their order. */
export type Inputs = ReadonlyMap<string, Read>

/** Where photos may be besides the disk, and how long the disk may take. */
export interface Places {
  stdin: NodeJS.ReadableStream
  buckets: BucketPhotos
  archives: Archives
  /** For a read, or for one look into a folder. */
  seconds: number
  /** Tells of what is passed over. */
  say(line: string): void
}

/**
 * The photos that the command line names, as they were given: files, all photos below folders and places of buckets, those of ZIPs, patterns, and with `-` the names
 * on stdin. Each once, in this order; a folder's by name.
 *
 * @throws Failure where nothing is named, or the disk does not answer
 */
export async function listInputs(args: readonly string[], places: Places): Promise<Inputs> {
  const inputs = new Map<string, Read>()
  for (const arg of args) {
    if (arg === '-') for (const path of listedNames(await all(places.stdin))) add(inputs, path, places)
    else if (BucketPhotos.names(arg)) for (const file of await places.buckets.list(arg)) add(inputs, file, places)
    else await expand(arg, inputs, places)
  }
  if (inputs.size === 0) throw new Failure(EXIT.notFound, `There is no photo in ${args.join(', ')}.`)
  return inputs
}

function add(inputs: Map<string, Read>, path: Path, { buckets, seconds }: Places): void {
  const file = shown(path)
  if (inputs.has(file)) return
  if (typeof path === 'string' && BucketPhotos.names(path)) inputs.set(file, (signal) => buckets.read(path, signal))
  else inputs.set(file, (signal) => within(readRegular(path), seconds, signal))
}

async function expand(arg: string, inputs: Map<string, Read>, places: Places): Promise<void> {
  const { seconds } = places
  for (const path of await looked(arg, regained(arg), seconds)) {
    const found = await looked(
      arg,
      stat(path).catch(() => null),
      seconds,
    )
    if (found?.isDirectory()) await addFolder(path, inputs, places)
    else if (found?.isFile() && isArchive(arg)) await addArchive(path, inputs, places)
    // A file of that very name goes before a pattern: names with brackets are common.
    else if (found || !isDynamicPattern(arg)) add(inputs, path, places)
    else await addMatches(arg, inputs, places)
  }
}

async function addFolder(folder: Path, inputs: Map<string, Read>, places: Places): Promise<void> {
  for (const each of await below(folder, places)) add(inputs, each, places)
}

async function addArchive(path: Path, inputs: Map<string, Read>, { archives }: Places): Promise<void> {
  for (const [file, read] of await archives.open(path)) if (!inputs.has(file)) inputs.set(file, read)
}

async function addMatches(pattern: string, inputs: Map<string, Read>, places: Places): Promise<void> {
  const matches = await looked(pattern, glob(pattern, { expandDirectories: false }), places.seconds)
  for (const match of matches.sort()) {
    for (const path of await looked(match, regained(match), places.seconds)) add(inputs, path, places)
  }
}

/** @throws Failure where the disk does not answer */
function looked<T>(path: Path, work: Promise<T>, seconds: number): Promise<T> {
  return within(work, seconds).catch((error) => {
    if (!(error instanceof Problem)) throw error
    throw new Failure(EXIT.unreachable, `${shown(path)} cannot be looked at: ${error.detail}`)
  })
}

/** An entry of a folder that is read by bytes: the types know only text. */
interface ByteEntry {
  name: Buffer
  isDirectory(): boolean
  isFile(): boolean
}

async function below(folder: Path, places: Places): Promise<Path[]> {
  const files: Buffer[] = []
  const folders: Buffer[] = []
  const reading = readdir(folder, { withFileTypes: true, encoding: 'buffer' }) as unknown as Promise<ByteEntry[]>
  for (const entry of await looked(folder, reading, places.seconds)) {
    const name = entry.name.toString()
    if (name.startsWith('.')) continue
    if (entry.isDirectory()) folders.push(entry.name)
    else if (isPhotoName(name) && (entry.isFile() || (await isFileThere(inFolder(folder, entry.name), places)))) {
      files.push(entry.name)
    }
  }
  const all = files.sort(Buffer.compare).map((name) => inFolder(folder, name))
  for (const name of folders.sort(Buffer.compare)) all.push(...(await below(inFolder(folder, name), places)))
  return all
}

/** Whether a link leads to a file. What is no file is told of; a link to nowhere fails when it is read. */
async function isFileThere(path: Path, { seconds, say }: Places): Promise<boolean> {
  const found = await looked(
    path,
    stat(path).catch(() => null),
    seconds,
  )
  const odd = found && oddKind(found)
  if (odd) say(`${shown(path)}: left out, it is ${odd}, not a file`)
  return !odd
}

async function all(stream: NodeJS.ReadableStream): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}
