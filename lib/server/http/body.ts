import type { IncomingMessage } from 'node:http'
import { bytes as formatBytes } from '@/lib/shared/i18n/format'
import { Problem } from '@/lib/shared/problems/problem'
import { readChunks } from './body-chunks'
import type { Reservation } from './memory-budget'

/**
 * After a refusal, keep reading the upload up to this multiple of the limit, and for this long, so that the client can
 * read the response.
 */
const DISCARD_FACTOR = 2
const DISCARD_MS = 2000

/** Bodies up to this size are read in one call and reserved in full from the start. */
const WHOLE_BODY_BYTES = 128_000

/**
 * Reads a body of at most `limit` bytes. `reservation` holds the bytes that have arrived. A declared length that doesn't fit
 * is refused before reading.
 *
 * @throws Problem `too_large`, `queue_full`, `too_slow`
 */
export async function readBody(request: Request, limit: number, reservation: Reservation): Promise<Uint8Array> {
  const header = request.headers.get('content-length')
  if (Number(header) > limit) throw tooLarge(limit)
  if (header === null || Number(header) > WHOLE_BODY_BYTES) {
    reservation.require(Number(header))
    return request.body ? readStream(request.body, limit, reservation) : new Uint8Array()
  }
  reservation.take(Number(header))
  // The HTTP parser ends the body at the declared length, so there is no need to count.
  return new Uint8Array(await request.arrayBuffer())
}

async function readStream(
  body: ReadableStream<Uint8Array>,
  limit: number,
  reservation: Reservation,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of readChunks(body)) {
    length += chunk.byteLength
    if (length > limit) throw tooLarge(limit)
    reservation.take(chunk.byteLength)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, length)
}

export function tooLarge(limit: number): Problem {
  return new Problem(
    'too_large',
    `The upload is larger than ${formatBytes(limit)}. Send a smaller file, or ask the operator to raise the limit.`,
  )
}

/**
 * Like `discardBody`, but on Node's own stream, for a body that nothing has read yet. Takes a twentieth of the CPU
 * time, which matters when many requests are refused at once.
 */
export function discardIncoming(incoming: IncomingMessage, limit: number): void {
  if (incoming.complete) return
  const timer = setTimeout(() => incoming.destroy(), DISCARD_MS)
  let left = DISCARD_FACTOR * limit
  incoming.on('data', (chunk: Buffer) => {
    left -= chunk.byteLength
    if (left <= 0) incoming.destroy()
  })
  incoming.on('error', () => {}) // The client disconnected; there is no one to notify.
  // `end` fires before `close`, which can be much later on a keep-alive connection.
  for (const event of ['end', 'close']) incoming.once(event, () => clearTimeout(timer))
}

/**
 * Reads and discards the rest of a refused upload, within bounds. Closing at once would reset the connection, and most
 * clients would never see the response. A client that exceeds the bounds is disconnected: a connection that nothing
 * reads would never become idle.
 *
 * @param passedOn whether something may have consumed the body as a web stream and left a rest
 */
export async function discardBody(
  request: Request,
  limit: number,
  incoming?: IncomingMessage,
  passedOn = false,
): Promise<void> {
  if (incoming && !passedOn && !incoming.readableDidRead) return discardIncoming(incoming, limit)
  if (!request.body || request.body.locked) return
  // A cancelled stream drops its reference to the socket.
  const socket = incoming?.socket
  const reader = request.body.getReader()
  const timer = setTimeout(() => void reader.cancel().catch(() => {}), DISCARD_MS)
  let left = DISCARD_FACTOR * limit
  try {
    while (left > 0) {
      const { done, value } = await reader.read()
      if (done) return
      left -= value.byteLength
    }
    await reader.cancel()
  } catch {
    // The client disconnected; there is nothing left to read.
  } finally {
    clearTimeout(timer)
    if (incoming && !incoming.complete) socket?.destroy()
  }
}
