import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, rm, stat } from 'node:fs/promises'
import { dirname, isAbsolute, join, normalize } from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream } from 'node:stream/web'
import { downloadFile, listFiles } from '@huggingface/hub'

/** Where the Hub is and who asks. */
export interface Hub {
  url: string
  token: string | undefined
}

export interface Remote {
  repo: string
  revision: string
}

/** A file of a repository. */
export interface RemoteFile {
  path: string
  bytes: number
  /** Of the content for large files, of git's blob for small ones. */
  digest: { algorithm: 'sha256' | 'git-sha1'; hex: string }
}

/** A silent connection is given up after this. */
const IDLE_MS = 30_000

/** Every request of the client: none may hang for ever. */
const fetchWithTimeout: typeof fetch = (input, init) =>
  fetch(input, { ...init, signal: init?.signal ?? AbortSignal.timeout(24 * 3600 * 1000) })

/**
 * Lists a repository.
 *
 * @throws HubApiError where the Hub refuses, Error where the listing names a path outside of the folder
 */
export async function remoteFiles(hub: Hub, { repo, revision }: Remote): Promise<RemoteFile[]> {
  const files: RemoteFile[] = []
  for await (const entry of listFiles({ ...credentials(hub), repo, revision, recursive: true })) {
    if (entry.type !== 'file') continue
    if (isAbsolute(entry.path) || normalize(entry.path).startsWith('..')) {
      throw new Error(`the repository ${repo} lists a file outside its own folder: ${entry.path}`)
    }
    files.push({ path: entry.path, bytes: entry.lfs?.size ?? entry.size, digest: digestOfEntry(entry) })
  }
  return files
}

function digestOfEntry({
  path,
  lfs,
  oid,
}: {
  path: string
  lfs?: { oid: string }
  oid?: string
}): RemoteFile['digest'] {
  if (lfs) return { algorithm: 'sha256', hex: lfs.oid.replace(/^sha256:/, '') }
  if (oid === undefined) throw new Error(`the Hub returned no digest for ${path}`)
  return { algorithm: 'git-sha1', hex: oid }
}

/**
 * Downloads a file to `target`, from where an earlier try was cut off, and checks its size and digest. A file that is there and right
 * is left as it is; one that is wrong is thrown away.
 *
 * @throws Error saying in one line what is wrong
 */
export async function fetchFile(
  hub: Hub,
  remote: Remote,
  file: RemoteFile,
  target: string,
  progress: (bytes: number) => void,
  signal: AbortSignal,
): Promise<void> {
  await mkdir(dirname(target), { recursive: true })
  const existingBytes = await sizeOf(target)
  if (existingBytes > file.bytes) await rm(target)
  const from = existingBytes > file.bytes ? 0 : existingBytes
  progress(from)
  if (from < file.bytes) await append(hub, remote, file, target, from, progress, signal)
  const hex = await digestOf(target, file)
  if (hex === file.digest.hex && (await sizeOf(target)) === file.bytes) return
  await rm(target, { force: true })
  throw new Error(
    `${file.path} does not match its checksum on the Hub: its digest is ${hex}, expected ${file.digest.hex}`,
  )
}

async function append(
  hub: Hub,
  { repo, revision }: Remote,
  { path }: RemoteFile,
  target: string,
  from: number,
  progress: (bytes: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const blob = await downloadFile({ ...credentials(hub), repo, revision, path, xet: false })
  if (blob === null) throw new Error(`${repo} has no file ${path}`)
  const idle = new AbortController()
  let timer = setTimeout(() => idle.abort(), IDLE_MS)
  const count = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      clearTimeout(timer)
      timer = setTimeout(() => idle.abort(), IDLE_MS)
      progress(chunk.length)
      done(null, chunk)
    },
  })
  const body = Readable.fromWeb(blob.slice(from).stream() as ReadableStream<Uint8Array>)
  try {
    await pipeline(body, count, createWriteStream(target, { flags: 'a' }), {
      signal: AbortSignal.any([signal, idle.signal]),
    })
  } catch (error) {
    if (idle.signal.aborted) throw new Error(`the Hub sent no data for ${path} in ${IDLE_MS / 1000} s`)
    throw error
  } finally {
    clearTimeout(timer)
  }
}

function credentials({ url, token }: Hub) {
  return { hubUrl: url, fetch: fetchWithTimeout, ...(token ? { accessToken: token } : {}) }
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  )
}

/** Digest of a file as the Hub counts it: git names a blob by its length and content. */
async function digestOf(path: string, { bytes, digest }: RemoteFile): Promise<string> {
  const hash = createHash(digest.algorithm === 'sha256' ? 'sha256' : 'sha1')
  if (digest.algorithm === 'git-sha1') hash.update(`blob ${bytes}\0`)
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}

/** Where a model lies that is not complete: beside the others, so that what it names relatively is found, and not looked at. */
export function partialFolder(modelsDir: string, id: string): string {
  return join(modelsDir, `.partial-${id}`)
}
