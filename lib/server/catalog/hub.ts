import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, rm, stat } from 'node:fs/promises'
import { dirname, isAbsolute, normalize } from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream } from 'node:stream/web'
import { downloadFile, listFiles } from '@huggingface/hub'

/** URL of the Hub, and the access token. */
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
  /** Digest of the content for large files, and of the git blob for small ones. */
  digest: { algorithm: 'sha256' | 'git-sha1'; hex: string }
}

/** A connection without data is aborted after this time. */
const IDLE_MS = 30_000

/** Requests of the client, with a timeout so that none hangs forever. */
const fetchWithTimeout: typeof fetch = (input, init) =>
  fetch(input, { ...init, signal: init?.signal ?? AbortSignal.timeout(24 * 3600 * 1000) })

/**
 * Lists the files of a repository.
 *
 * @throws HubApiError if the Hub refuses; Error if the listing contains a path outside the folder
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
 * Downloads a file to `target`, resuming an earlier attempt, and checks its size and digest. A complete and correct
 * file is kept; an incorrect one is deleted.
 *
 * @throws Error with a one-line message
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

/** How the Hub's client reaches it. */
export function credentials({ url, token }: Hub) {
  return { hubUrl: url, fetch: fetchWithTimeout, ...(token ? { accessToken: token } : {}) }
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  )
}

/** Digest of a file as the Hub computes it: git hashes a blob with its length. */
async function digestOf(path: string, { bytes, digest }: RemoteFile): Promise<string> {
  const hash = createHash(digest.algorithm === 'sha256' ? 'sha256' : 'sha1')
  if (digest.algorithm === 'git-sha1') hash.update(`blob ${bytes}\0`)
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}
