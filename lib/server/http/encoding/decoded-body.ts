import type { Transform } from 'node:stream'
import { Problem } from '@/lib/shared/problems/problem'
import { tooLarge } from '../body'
import { type Coding, createDecoder } from './decoders'
import { writeChunk } from './write-chunk'

/**
 * A request body, decoded only as fast as it is consumed. A consumer that stops at a limit also stops the decoding, so
 * a decompression bomb costs no more than the limit.
 */
export class DecodedBody {
  readonly stream: ReadableStream<Uint8Array>
  private reader: ReadableStreamDefaultReader<Uint8Array> | undefined
  private decoder: Transform | undefined
  private chunks: AsyncIterator<Uint8Array> | undefined
  private received = 0
  /** An error while receiving, as opposed to one in the data. */
  private receiveError: unknown

  /** @param limit bytes before decoding: a large body may decode to nothing */
  constructor(
    private readonly request: Request,
    private readonly coding: Coding,
    private readonly limit: number,
  ) {
    // Doesn't touch the body before something reads it.
    const source = {
      pull: (to: ReadableStreamDefaultController<Uint8Array>) => this.pull(to),
      cancel: () => this.release(),
    }
    this.stream = new ReadableStream(source, { highWaterMark: 0 })
  }

  /** Releases the body, so that the rest of it can be read and discarded. */
  release(): void {
    this.reader?.releaseLock()
    this.decoder?.destroy()
  }

  private async pull(to: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    this.chunks ??= await this.open()
    const { done, value } = await this.chunks.next().catch((error: unknown) => Promise.reject(this.reason(error)))
    if (done) to.close()
    else to.enqueue(value)
  }

  private async open(): Promise<AsyncIterator<Uint8Array>> {
    this.reader = this.request.body?.getReader()
    const first = await this.read()
    // An empty body is empty in every coding.
    if (first === undefined) return { next: async () => ({ done: true, value: undefined }) }
    this.decoder = createDecoder(this.coding, first)
    this.decoder.on('error', () => {}) // The consumer of the chunks gets the error.
    void this.feed(this.decoder, first)
    return this.decoder[Symbol.asyncIterator]()
  }

  private async feed(decoder: Transform, first: Uint8Array): Promise<void> {
    try {
      for (let chunk: Uint8Array | undefined = first; chunk; chunk = await this.read()) await writeChunk(decoder, chunk)
      decoder.end()
    } catch (error) {
      decoder.destroy(error as Error)
    }
  }

  private async read(): Promise<Uint8Array | undefined> {
    try {
      const { value } = (await this.reader?.read()) ?? {}
      this.received += value?.byteLength ?? 0
      if (this.received > this.limit) throw tooLarge(this.limit)
      return value
    } catch (error) {
      this.receiveError = error
      throw error
    }
  }

  private reason(error: unknown): unknown {
    if (this.receiveError !== undefined) return this.receiveError
    return new Problem(
      'invalid_encoding',
      `The body isn’t valid ${this.coding}, although its Content-Encoding says so. Send it unencoded, or encode it again.`,
      {
        cause: error,
      },
    )
  }
}
