import { randomUUID } from 'node:crypto'
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Problem } from '@/lib/shared/problems/problem'
import { CHALLENGE } from '../../auth/sign-in'
import { discardIncoming } from '../../http/body'
import { validRequestId } from '../../http/middleware/request-id'
import { asProblem } from '../../http/problem'
import type { Services } from '../../http/services'

/**
 * How long a refused connection stays open so that a client that is still sending can read the response
 * (milliseconds).
 */
const LINGER_MS = 1000

/**
 * Responds to an error that was thrown before a request reached the API or a page: with a problem (RFC 9457), or for a
 * browser with its text, and logs it. If a response has already begun, destroys the connection, because a regular end
 * would look like a complete response.
 */
export function respondWithError(
  request: IncomingMessage,
  response: ServerResponse,
  error: unknown,
  { log, environment }: Pick<Services, 'log' | 'environment'>,
  headers: Record<string, string> = {},
): void {
  const problem = asProblem(error)
  const id = validRequestId(request.headers['x-request-id']?.toString()) ?? randomUUID()
  const { method, url = '' } = request
  // An absolute URL may contain a password.
  const path = url.startsWith('/') ? url.split('?')[0] : undefined
  const fields = { request_id: id, method, path, status: problem.status, code: problem.code }
  if (problem.code === 'internal') log.error({ ...fields, err: error }, 'internal error')
  else log.info(fields, 'request')
  if (response.writableEnded) return
  if (response.headersSent) return void response.destroy()
  for (const name of response.getHeaderNames()) if (/^content-|^etag$|^last-/.test(name)) response.removeHeader(name)
  const [type, body] = bodyFor(request.headers.accept, problem, id)
  response.writeHead(problem.status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    ...headersOf(problem, id),
    ...headers,
  })
  response.end(body)
  discardIncoming(request, environment.MAX_REQUEST_BYTES)
}

/** Browsers display it in place of the page. */
function bodyFor(accept = '', problem: Problem, id: string): [type: string, body: string] {
  if (/\btext\/html\b/i.test(accept)) return ['text/plain; charset=utf-8', `${problem.detail}\n`]
  return ['application/problem+json', JSON.stringify(problem.toDetails(id))]
}

function headersOf({ code, status, retryAfterSeconds }: Problem, id: string): Record<string, string> {
  return {
    'x-request-id': id,
    'cache-control': 'no-store',
    ...(code === 'unauthorized' ? { 'www-authenticate': CHALLENGE } : {}),
    ...(status === 429 || status === 503 ? { 'retry-after': String(retryAfterSeconds ?? 1) } : {}),
  }
}

/** Responds on a connection without a request that could be answered, and closes it. Returns the request id. */
export function endSocketWith(socket: Duplex, problem: Problem, headers: Record<string, string> = {}): string {
  const id = randomUUID()
  const body = JSON.stringify(problem.toDetails(id))
  const lines = Object.entries({
    'Content-Type': 'application/problem+json',
    'Content-Length': String(Buffer.byteLength(body)),
    Connection: 'close',
    ...headersOf(problem, id),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`)
  const { status } = problem
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`)
  const timer = setTimeout(() => socket.destroy(), LINGER_MS)
  socket.once('close', () => clearTimeout(timer))
  return id
}
