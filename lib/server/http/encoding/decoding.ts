import type { Handler } from 'hono'
import { Problem } from '@/lib/shared/problems/problem'
import type { Environment } from '../../config/environment'
import type { AppEnv } from '../services'
import { codingOf, DECODED } from './codings'
import { DecodedBody } from './decoded'

/**
 * Wraps a handler so that it reads bodies with a `Content-Encoding` decoded. Size limits and memory reservations then
 * count decoded bytes. Other bodies pass unchanged.
 *
 * @throws Problem `unsupported_encoding`, with the supported codings in an `Accept-Encoding` header (RFC 9110, section
 * 15.5.16)
 */
export function decoding(
  { MAX_REQUEST_BYTES, MAX_JOB_BYTES }: Pick<Environment, 'MAX_REQUEST_BYTES' | 'MAX_JOB_BYTES'>,
  handler: Handler<AppEnv>,
): Handler<AppEnv> {
  const most = Math.max(MAX_REQUEST_BYTES, MAX_JOB_BYTES)
  return (c, next) => {
    const coding = codingOf(c.req.header('content-encoding'))
    if (coding === null) return handler(c, next)
    if (coding === undefined) {
      c.header('accept-encoding', DECODED)
      throw new Problem('unsupported_encoding', `Send the body unencoded or in one of these encodings: ${DECODED}.`)
    }
    const sent = c.req.raw
    const body = new DecodedBody(sent, coding, most)
    c.req.raw = asDecoded(sent, body.stream)
    return refusalsReadOn(handler(c, next), () => {
      body.leave()
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
async function refusalsReadOn<T>(reply: T | Promise<T>, leave: () => void): Promise<T> {
  try {
    const answered = await reply
    if (answered instanceof Response && answered.status >= 400) leave()
    return answered
  } catch (error) {
    leave()
    throw error
  }
}
