import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/** A request whose answer is not complete. */
export interface UnderWay {
  request: IncomingMessage
  response: ServerResponse
}

interface Connection {
  /** Requests that have no complete answer yet. */
  requests: number
  /** The newest of them. */
  last?: UnderWay
  /** Requests whose bodies still come, be it behind a refusal. */
  bodies: number
  /** Bytes read when the last answer, or body, was complete; more since then are the beginning of a request. */
  readBytes: number
}

/** How long a body may come on behind its answer: nobody reads it any more, and its connection would never be idle. */
const BEHIND_MS = 5_000

/**
 * Knows which connections of a server are idle. Node's own `closeIdleConnections` leaves connections open that have
 * never carried a request, as browsers and pools open them ahead, and so a stop would wait for their timeout.
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

  /** Counts a request in until its answer is complete or its connection gone. */
  track(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request
    const connection = this.open.get(socket)
    if (!connection) return
    connection.requests++
    connection.bodies++
    connection.last = { request, response }
    const over = () => {
      connection.readBytes = socket.bytesRead
      if (this.closing) this.closeIfIdle(socket, connection)
    }
    response.once('close', () => {
      if (--connection.requests === 0) delete connection.last
      if (!request.complete) setTimeout(() => !request.complete && socket.destroy(), BEHIND_MS).unref()
      over()
    })
    request.once('close', () => {
      connection.bodies--
      over()
    })
  }

  /** The newest request of a connection that has no complete answer yet. */
  lastUnderWay(socket: Duplex): UnderWay | undefined {
    const connection = this.open.get(socket as Socket)
    return connection && connection.requests > 0 ? connection.last : undefined
  }

  /** Closes what is idle now, and every other connection once its answer is complete. */
  closeIdle(): void {
    this.closing = true
    for (const [socket, connection] of this.open) this.closeIfIdle(socket, connection)
  }

  private closeIfIdle(socket: Socket, { requests, bodies, readBytes }: Connection): void {
    if (requests === 0 && bodies === 0 && socket.bytesRead === readBytes) socket.end(() => socket.destroy())
  }
}
