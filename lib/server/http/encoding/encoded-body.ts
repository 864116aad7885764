import type { Transform } from 'node:stream'
import type { OpenEncoder } from './encoders'
import { writeChunk } from './write-chunk'

/** Bytes per write to the encoder: each write costs a round trip to another thread, too much for single rows. */
const BATCH_BYTES = 1 << 16

type Reader = ReadableStreamDefaultReader<Uint8Array>

/**
 * A response body, encoded only as fast as it is consumed. Flushes whenever its source pauses, so that a client never
 * waits for a line that is ready. Fails if its source fails; cancelling it cancels the source.
 */
export function encodedBody(
  body: ReadableStream<Uint8Array>,
  { encoder, flush }: OpenEncoder,
): ReadableStream<Uint8Array> {
  const reader = body.getReader()
  const chunks: AsyncIterator<Uint8Array> = encoder[Symbol.asyncIterator]()
  encoder.on('error', () => {}) // The consumer of the chunks gets the error.
  let started = false
  return new ReadableStream(
    {
      async pull(to) {
        if (!started) void feed(reader, encoder, flush)
        started = true
        const { done, value } = await chunks.next()
        if (done) to.close()
        else to.enqueue(value)
      },
      async cancel(reason) {
        encoder.destroy()
        await reader.cancel(reason)
      },
    },
    { highWaterMark: 0 },
  )
}

async function feed(reader: Reader, encoder: Transform, flush: number): Promise<void> {
  try {
    for (let next = reader.read(); ; ) {
      const batch = await batchOf(reader, next)
      if (batch.bytes.length > 0) await writeChunk(encoder, batch.bytes)
      if (batch.next === undefined) break
      if (batch.paused) await flushed(encoder, flush)
      next = batch.next
    }
    encoder.end()
  } catch (error) {
    encoder.destroy(error as Error)
  }
}

interface Batch {
  bytes: Buffer
  /** The pending read after this batch; undefined at the end. */
  next: ReturnType<Reader['read']> | undefined
  /** Whether the source has no more data for now. */
  paused: boolean
}

/** Waits for a chunk, then adds any further chunks that are ready. */
async function batchOf(reader: Reader, first: ReturnType<Reader['read']>): Promise<Batch> {
  const chunks: Uint8Array[] = []
  let length = 0
  for (let next = first; ; next = reader.read()) {
    const result = await (length === 0 ? next : settledNow(next))
    if (result === undefined) return { bytes: Buffer.concat(chunks, length), next, paused: true }
    if (result.done) return { bytes: Buffer.concat(chunks, length), next: undefined, paused: false }
    chunks.push(result.value)
    length += result.value.byteLength
    if (length >= BATCH_BYTES) return { bytes: Buffer.concat(chunks, length), next: reader.read(), paused: false }
  }
}

/** The value of a promise that settles in this turn of the event loop; undefined if it takes longer. */
function settledNow<T>(promise: Promise<T>): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const late = setImmediate(() => resolve(undefined))
    promise.then(resolve, reject).finally(() => clearImmediate(late))
  })
}

function flushed(encoder: Transform & { flush?(kind: number, done: () => void): void }, kind: number): Promise<void> {
  return new Promise((resolve) => (encoder.flush ? encoder.flush(kind, resolve) : resolve()))
}
