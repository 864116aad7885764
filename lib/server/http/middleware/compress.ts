import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import { encodedBody } from '../encoding/encoded-body'
import { createEncoder, OFFERED_ENCODINGS, type Use } from '../encoding/encoders'
import { negotiateEncoding } from '../encoding/negotiate'
import type { AppEnv } from '../services'

/** Minimum size in bytes: anything smaller fits in one packet anyway. Bodies without a length are streams. */
const MIN_BYTES = 1000

/** Text formats. Photos, workbooks and archives are already compressed. */
const COMPRESSIBLE = /^(text\/|application\/([\w.-]+\+)?json\b|application\/x-ndjson\b)/

/** Compresses text responses with the encoding that the client prefers. Streams stay streams. */
export function compress() {
  return createMiddleware<AppEnv>(async (c, next) => {
    await next()
    if (shouldCompress(c.res)) encode(c)
  })
}

function shouldCompress({ headers, status }: Response): boolean {
  const length = headers.get('content-length')
  if (length !== null && Number(length) < MIN_BYTES) return false
  if (!COMPRESSIBLE.test(headers.get('content-type') ?? '') || headers.has('content-encoding')) return false
  return status !== 204 && status !== 304 && !/\bno-transform\b/i.test(headers.get('cache-control') ?? '')
}

function encode(c: Context<AppEnv>): void {
  // Also for uncompressed responses: a cache must not serve one variant for the other.
  if (!/\baccept-encoding\b/i.test(c.res.headers.get('vary') ?? '')) c.res.headers.append('vary', 'accept-encoding')
  const use: Use = c.res.headers.get('content-type')?.startsWith('text/event-stream') ? 'live' : 'bulk'
  const encoding = negotiateEncoding(c.req.header('accept-encoding'), OFFERED_ENCODINGS[use])
  if (encoding === null) return
  // To HEAD the same headers, without the work.
  const { body, status, headers } = c.res
  headers.set('content-encoding', encoding)
  headers.delete('content-length')
  const tag = headers.get('etag')
  // The bytes differ now, so the validator becomes weak.
  if (tag?.startsWith('"')) headers.set('etag', `W/${tag}`)
  // To HEAD the same headers, without the work.
  if (body === null || c.req.method === 'HEAD') return
  // Cleared first, or Hono merges the old headers into the new ones.
  c.res = undefined
  c.res = new Response(encodedBody(body, createEncoder(encoding, use)), { status, headers })
}
