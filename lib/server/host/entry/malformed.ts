import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { Problem } from '@/lib/shared/problems/problem'
import type { Services } from '../../http/services'
import type { Connections } from '../connections'
import { endWith } from './refusal'
import { malformed } from './target'

/** What Node's parser says of bytes that are no request. */
interface ParserError extends NodeJS.ErrnoException {
  reason?: string
}

/** Answers what Node could not read as a request, and closes the connection. What came before it on the same connection is answered first. */
export function refuseMalformed(connections: Connections, { log, metrics }: Pick<Services, 'log' | 'metrics'>) {
  const refused = new WeakSet<Duplex>()
  return (error: ParserError, socket: Duplex): void => {
    // Every further piece of what cannot be read comes here too.
    if (refused.has(socket)) return
    refused.add(socket)
    if (!socket.writable || error.code === 'ECONNRESET' || error.code === 'EPIPE') return void socket.destroy()
    metrics.malformedRequest()
    const problem = problemOf(error)
    const last = connections.lastUnderWay(socket)
    let id: string | undefined
    if (last?.response.headersSent) socket.destroy()
    else if (last?.request.complete) last.response.setHeader('connection', 'close')
    else id = endWith(socket, problem)
    log.info({ request_id: id, status: problem.status, code: problem.code, reason: error.code }, 'no request')
  }
}

function problemOf({ code, reason }: ParserError): Problem {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return new Problem('too_slow', 'The request did not come whole in time.')
  if (code === 'HPE_HEADER_OVERFLOW')
    return new Problem('headers_too_large', 'The head of a request has 16 KB at most.')
  if (code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW') return new Problem('too_large', 'The chunk extensions are too large.')
  return malformed(reason ? `${reason[0]?.toLowerCase()}${reason.slice(1)}` : 'it ends in the middle')
}

/** This server is no proxy: without an answer of ours Node would hang up. */
export function refuseTunnel({ log }: Pick<Services, 'log'>) {
  return ({ method }: Pick<IncomingMessage, 'method'>, socket: Duplex): void => {
    socket.on('error', () => socket.destroy())
    socket.resume()
    const problem = new Problem('method_not_allowed', 'This server is no proxy.')
    const id = endWith(socket, problem, { Allow: 'GET, HEAD, POST, DELETE, OPTIONS' })
    log.info({ request_id: id, method, status: problem.status, code: problem.code }, 'request')
  }
}
