import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { Problem } from '@/lib/shared/problems/problem'
import type { Services } from '../../http/services'
import type { Connections } from '../connections'
import { endSocketWith } from './error-response'
import { malformedProblem } from './request-target'

/** The error of Node's HTTP parser. */
interface ParserError extends NodeJS.ErrnoException {
  reason?: string
}

/**
 * Responds to data that Node couldn't parse as a request, and closes the connection. Earlier requests on the same
 * connection are answered first.
 */
export function refuseMalformed(connections: Connections, { log, metrics }: Pick<Services, 'log' | 'metrics'>) {
  const refused = new WeakSet<Duplex>()
  return (error: ParserError, socket: Duplex): void => {
    // Node reports every further chunk of an unreadable request here, too.
    if (refused.has(socket)) return
    refused.add(socket)
    if (!socket.writable || error.code === 'ECONNRESET' || error.code === 'EPIPE') return void socket.destroy()
    metrics.malformedRequest()
    const problem = problemOf(error)
    const last = connections.lastPending(socket)
    let id: string | undefined
    if (last?.response.headersSent) socket.destroy()
    else if (last?.request.complete) last.response.setHeader('connection', 'close')
    else id = endSocketWith(socket, problem)
    log.info({ request_id: id, status: problem.status, code: problem.code, reason: error.code }, 'malformed request')
  }
}

function problemOf({ code, reason }: ParserError): Problem {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return new Problem('too_slow', 'The request took too long to arrive. Send it again, or use a faster connection.')
  if (code === 'HPE_HEADER_OVERFLOW')
    return new Problem('headers_too_large', 'The request headers are larger than 16 KB. Send fewer or shorter headers.')
  if (code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW')
    return new Problem('too_large', 'The chunk extensions are too large. Send the body without them.')
  return malformedProblem(reason ? `${reason[0]?.toLowerCase()}${reason.slice(1)}` : 'it is incomplete')
}

/** Refuses CONNECT. Without a response from here, Node would close the connection. */
export function refuseTunnel({ log }: Pick<Services, 'log'>) {
  return ({ method }: Pick<IncomingMessage, 'method'>, socket: Duplex): void => {
    socket.on('error', () => socket.destroy())
    socket.resume()
    const problem = new Problem(
      'method_not_allowed',
      'This server isn’t a proxy. Send the request to the target directly.',
    )
    const id = endSocketWith(socket, problem, { Allow: 'GET, HEAD, POST, DELETE, OPTIONS' })
    log.info({ request_id: id, method, status: problem.status, code: problem.code }, 'request')
  }
}
