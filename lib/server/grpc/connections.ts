import { createServer, type Server, type Socket } from 'node:net'

/** The most connections at once; a client needs one. Further ones are closed at once. */
const MAX_CONNECTIONS = 1000
/** How long a connection may take to say that it is HTTP/2 (milliseconds). */
const PREFACE_MS = 10_000
/** Length of what it says first (RFC 9113, 3.4). */
const PREFACE_BYTES = 24

/** A listener whose connections are bounded in number and must soon be HTTP/2. */
export function connectionListener(accept: (socket: Socket) => void): Server {
  const server = createServer({ noDelay: true }, (socket) => {
    // A reset by the client; the session that reads from the socket ends by itself.
    socket.on('error', () => {})
    const timer = setTimeout(() => {
      if (socket.bytesRead < PREFACE_BYTES) socket.destroy()
    }, PREFACE_MS)
    socket.once('close', () => clearTimeout(timer))
    accept(socket)
  })
  server.maxConnections = MAX_CONNECTIONS
  return server
}
