import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * A server with the part of the Hub's API that @huggingface/hub 2.17 uses, over real HTTP: `src/lib/list-files.ts`:
 * GET /api/models/<repo>/tree/<revision>?recursive=true, entries with type, path, size, oid, lfs;
 * `src/lib/file-download-info.ts`: GET /<repo>/resolve/<revision>/<path> with Range bytes=0-0, answered with
 * Content-Range and an ETag (X-Linked-ETag for large files, whose content is elsewhere, behind a redirect);
 * `src/utils/WebBlob.ts`: the same with Range; `src/error.ts`: errors as JSON with `error`.
 */
export interface TestHub {
  url: string
  /** Every request as "METHOD path range". */
  requests: string[]
  close(): Promise<void>
}

export interface Repository {
  files: Record<string, Buffer>
  /** Overrides values in the listing. */
  lies?: Record<string, { size?: number; sha256?: string; path?: string }>
  /** Requires this token. */
  token?: string
  /** Disconnects this often, each time after the given bytes of a large file and once `arrived` resolves. */
  cuts?: { times: number; after: number; arrived(): Promise<void> }
  /** Sends large files in chunks of this size with pauses. */
  slow?: { bytes: number; ms: number }
}

/** Files larger than this are stored as large files. */
const LARGE = 200

const sha256 = (data: Buffer) => createHash('sha256').update(data).digest('hex')
const gitBlob = (data: Buffer) => createHash('sha1').update(`blob ${data.length}\0`).update(data).digest('hex')

/** @param repositories by owner/name, or owner/name@revision for another revision than main */
export async function startHub(repositories: Record<string, Repository>): Promise<TestHub> {
  const requests: string[] = []
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://hub')
    requests.push(`${request.method} ${pathname} ${request.headers.range ?? ''}`.trim())
    void reply(repositories, decodeURIComponent(pathname), request, response)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function reply(
  repositories: Record<string, Repository>,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [, name = '', kind, revision = '', file = ''] =
    /^\/api\/models\/([^/]+\/[^/]+)\/(tree)\/([^/]+)$/.exec(path) ??
    /^\/([^/]+\/[^/]+)\/(resolve)\/([^/]+)\/(.+)$/.exec(path) ??
    /^\/cdn\/([^/]+\/[^/]+)\/(blob)\/([^/]+)\/(.+)$/.exec(path) ??
    []
  const repository = repositories[revision === 'main' ? name : `${name}@${revision}`]
  if (!repository) return refuse(response, 404, 'Repository not found')
  // The storage behind the redirect uses a signed URL, not the token.
  if (repository.token && kind !== 'blob' && request.headers.authorization !== `Bearer ${repository.token}`) {
    return refuse(response, 401, 'Invalid credentials')
  }
  if (kind === 'tree') {
    response.setHeader('content-type', 'application/json').end(JSON.stringify(listing(repository)))
    return
  }
  const data = repository.files[file]
  if (!data) return refuse(response, 404, 'Entry not found')
  if (kind === 'resolve' && data.length > LARGE) {
    response.writeHead(302, {
      location: `/cdn/${name}/blob/${revision}/${file}`,
      'x-linked-size': data.length,
      'x-linked-etag': `"${sha256(data)}"`,
    })
    response.end()
    return
  }
  await send(repository, data, request, response)
}

function refuse(response: ServerResponse, status: number, error: string): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ error }))
}

function listing({ files, lies = {} }: Repository): object[] {
  return Object.entries(files).map(([path, data]) => {
    const lie = lies[path] ?? {}
    const size = lie.size ?? data.length
    const entry = { type: 'file', path: lie.path ?? path, size, oid: gitBlob(data) }
    return data.length > LARGE ? { ...entry, lfs: { oid: lie.sha256 ?? sha256(data), size, pointerSize: 130 } } : entry
  })
}

async function send(
  repository: Repository,
  data: Buffer,
  { headers }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '') ?? []
  const [start, end] = from === undefined ? [0, data.length] : [Number(from), Number(to) + 1]
  const part = data.subarray(start, end)
  response.writeHead(from === undefined ? 200 : 206, {
    etag: `"${gitBlob(data)}"`,
    'accept-ranges': 'bytes',
    'content-length': part.length,
    ...(from === undefined ? {} : { 'content-range': `bytes ${start}-${end - 1}/${data.length}` }),
  })
  const { cuts, slow } = repository
  if (cuts && cuts.times > 0 && part.length > LARGE) {
    cuts.times--
    response.write(part.subarray(0, cuts.after))
    // Data in flight may be lost when a connection breaks; the test needs to know how much wasn't.
    await cuts.arrived()
    response.destroy()
    return
  }
  if (!slow || part.length <= LARGE) {
    response.end(part)
    return
  }
  for (let at = 0; at < part.length && !response.destroyed; at += slow.bytes) {
    response.write(part.subarray(at, at + slow.bytes))
    await new Promise((resolve) => setTimeout(resolve, slow.ms))
  }
  response.end()
}
