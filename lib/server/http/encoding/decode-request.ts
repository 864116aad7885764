import type { Handler } from 'hono'
import { Problem } from '@/lib/shared/problems/problem'
import type { Environment } from '../../config/environment'
import type { AppEnv } from '../services'
import { DecodedBody } from './decoded-body'
import { parseContentEncoding, SUPPORTED_CODINGS } from './decoders'

/**
 * Wraps a handler so that it reads bodies with a `Content-Encoding` decoded. Size limits and memory reservations then
 * count decoded bytes. Other bodies pass unchanged.
 *
 * @throws Problem `unsupported_encoding`, with the supported codings in an `Accept-Encoding` header (RFC 9110, section
 * 15.5.16)
 */
export function decodeRequest(
  { MAX_REQUEST_BYTES, MAX_JOB_BYTES }: Pick<Environment, 'MAX_REQUEST_BYTES' | 'MAX_JOB_BYTES'>,
  handler: Handler<AppEnv>,
): Handler<AppEnv> {
  const limit = Math.max(MAX_REQUEST_BYTES, MAX_JOB_BYTES)
  return (c, next) => {
    const coding = parseContentEncoding(c.req.header('content-encoding'))
    if (coding === null) return handler(c, next)
    if (coding === undefined) {
      c.header('accept-encoding', SUPPORTED_CODINGS)
      throw new Problem(
        'unsupported_encoding',
        `Send the body unencoded or in one of these encodings: ${SUPPORTED_CODINGS}.`,
      )
    }
    const sent = c.req.raw
    const body = new DecodedBody(sent, coding, limit)
    c.req.raw = asDecoded(sent, body.stream)
    return refusalsReadOn(handler(c, next), () => {
      body.release()
      c.req.raw = sent
    })
  }
}

function asDecoded({ url, method, headers: sent, signal }: Request, body: ReadableStream<Uint8Array>): Request {
  const headers = new Headers(sent)
  headers.delete('content-encoding')
  headers.delete('content-length')
  // There is a body of unknown length.
  headers.set('transfer-encoding', 'chunked')
  return new Request(url, { method, headers, signal, body, duplex: 'half' } as RequestInit)
}

/** After a refusal, the rest of the body is discarded without decoding it. */
async function refusalsReadOn<T>(reply: T | Promise<T>, release: () => void): Promise<T> {
  try {
    const answered = await reply
    if (answered instanceof Response && answered.status >= 400) release()
    return answered
  } catch (error) {
    release()
    throw error
  }
}
