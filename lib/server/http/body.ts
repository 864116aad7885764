import type { IncomingMessage } from 'node:http'
import { bytes as formatBytes } from '@/lib/shared/i18n/format'
import { Problem } from '@/lib/shared/problems/problem'
import type { Lease } from './byte-budget'
import { chunksOf } from './chunks'

/** A refused upload is read on for this many times the limit, and this long, so that the sender sees the refusal. */
const DISCARD_FACTOR = 2
const DISCARD_MS = 2000

/** Bodies up to here are taken in at once, and held whole from the beginning. */
const AT_ONCE = 128_000

/**
 * Reads a body of at most `limit` bytes; `lease` holds what has come of it. A declared length that does not fit is refused before a byte
 * is read.
 *
 * @throws Problem `too_large`, `queue_full`, `too_slow`
 */
export async function readBody(request: Request, limit: number, lease: Lease): Promise<Uint8Array> {
  const header = request.headers.get('content-length')
  if (Number(header) > limit) throw tooLarge(limit)
  if (header === null || Number(header) > AT_ONCE) {
    lease.require(Number(header))
    return request.body ? readStream(request.body, limit, lease) : new Uint8Array()
  }
  lease.take(Number(header))
  // HTTP ends the body at the declared length, so the limit holds without counting.
  return new Uint8Array(await request.arrayBuffer())
}

async function readStream(body: ReadableStream<Uint8Array>, limit: number, lease: Lease): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of chunksOf(body)) {
    length += chunk.byteLength
    if (length > limit) throw tooLarge(limit)
    lease.take(chunk.byteLength)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, length)
}

export function tooLarge(limit: number): Problem {
  return new Problem('too_large', `The upload is larger than the ${formatBytes(limit)} that are allowed.`)
}

/** The same on Node's own stream, for a body of which nothing was read: a twentieth of the work, when a crowd is refused. */
export function discardIncoming(incoming: IncomingMessage, limit: number): void {
  if (incoming.complete) return
  const timer = setTimeout(() => incoming.destroy(), DISCARD_MS)
  let left = DISCARD_FACTOR * limit
  incoming.on('data', (chunk: Buffer) => {
    left -= chunk.byteLength
    if (left <= 0) incoming.destroy()
  })
  incoming.on('error', () => {}) // The sender has gone; there is nobody to tell.
  // The end comes before the close, which on a connection that is kept may come much later.
  for (const event of ['end', 'close']) incoming.once(event, () => clearTimeout(timer))
}

/**
 * Reads on and throws away what a refused sender still sends, within bounds. Closing at once would reset the
 * connection, and most senders would never see the refusal. Who sends on beyond the bounds is cut off: a connection that nobody reads would never be idle.
 *
 * @param passedOn whether somebody may have taken the body as a web stream, and left the rest of it
 */
export async function discardBody(
  request: Request,
  limit: number,
  incoming?: IncomingMessage,
  passedOn = false,
): Promise<void> {
  if (incoming && !passedOn && !incoming.readableDidRead) return discardIncoming(incoming, limit)
  if (!request.body || request.body.locked) return
  // The cancelled stream lets go of it.
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
    // The sender has gone; there is nothing left to read and nobody to tell.
  } finally {
    clearTimeout(timer)
    if (incoming && !incoming.complete) socket?.destroy()
  }
}
