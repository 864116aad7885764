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
  /** The latest request, with or without a response. */
  latest?: IncomingMessage
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

/** How long a connection that is to be closed stays open for the rest of an upload: as long as it is discarded. */
const LINGER_MS = 2_000

/**
 * Tracks which connections of a server are idle. Node's own `closeIdleConnections` doesn't close connections that
 * never carried a request, which browsers and pools open in advance, so a shutdown would wait for their timeout.
 */
export class Connections {
  private readonly open = new Map<Socket, Connection>()
  private closing = false

  constructor(server: Server) {
    server.on('connection', (socket: Socket) => {
      const connection: Connection = { requests: 0, bodies: 0, readBytes: 0 }
      this.open.set(socket, connection)
      lingerBeforeClose(socket, connection)
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
    connection.latest = request
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

/**
 * Node closes a connection right after the response if the client asked for it, although an upload may still be on its
 * way. The system would then reset the connection, and the client would lose the response. Wait for the rest of it.
 */
function lingerBeforeClose(socket: Socket, connection: Pick<Connection, 'latest'>): void {
  const close = socket.destroySoon.bind(socket)
  socket.destroySoon = () => {
    const { latest } = connection
    if (latest === undefined || latest.complete) return close()
    latest.once('end', close)
    setTimeout(close, LINGER_MS).unref()
  }
}
