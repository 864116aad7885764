import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/** A request whose response isn't complete. */
export interface PendingRequest {
  request: IncomingMessage
  response: ServerResponse
}

interface Connection {
  /** Requests without a complete response. */
  requests: number
  /** The latest of them. */
  last?: PendingRequest
  /** Requests whose bodies are still arriving, even after a refusal. */
  bodies: number
  /** Bytes read when the last response, or body, was complete; more since then are the start of another request. */
  readBytes: number
}

/**
 * How long a body may keep arriving after its response: nothing reads it any more, and its connection would never be
 * idle.
 */
const BODY_AFTER_RESPONSE_MS = 5_000

/**
 * Tracks which connections of a server are idle. Node's own `closeIdleConnections` doesn't close connections that
 * never carried a request, which browsers and pools open in advance, so a shutdown would wait for their timeout.
 */
export class Connections {
  private readonly open = new Map<Socket, Connection>()
  private closing = false

  constructor(server: Server) {
    server.on('connection', (socket: Socket) => {
      this.open.set(socket, { requests: 0, bodies: 0, readBytes: 0 })
      socket.on('close', () => this.open.delete(socket))
    })
  }

  /** Counts a request until its response is complete or its connection is closed. */
  track(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request
    const connection = this.open.get(socket)
    if (!connection) return
    connection.requests++
    connection.bodies++
    connection.last = { request, response }
    const onClose = () => {
      connection.readBytes = socket.bytesRead
      if (this.closing) this.closeIfIdle(socket, connection)
    }
    response.once('close', () => {
      if (--connection.requests === 0) delete connection.last
      if (!request.complete) setTimeout(() => !request.complete && socket.destroy(), BODY_AFTER_RESPONSE_MS).unref()
      onClose()
    })
    request.once('close', () => {
      connection.bodies--
      onClose()
    })
  }

  /** The latest request on a connection that has no complete response yet. */
  lastPending(socket: Duplex): PendingRequest | undefined {
    const connection = this.open.get(socket as Socket)
    return connection && connection.requests > 0 ? connection.last : undefined
  }

  /** Closes the idle connections now, and every other connection once its response is complete. */
  closeIdle(): void {
    this.closing = true
    for (const [socket, connection] of this.open) this.closeIfIdle(socket, connection)
  }

  private closeIfIdle(socket: Socket, { requests, bodies, readBytes }: Connection): void {
    if (requests === 0 && bodies === 0 && socket.bytesRead === readBytes) socket.end(() => socket.destroy())
  }
}
