import { type Failure, isServerAway } from '../api/failure'
import type { ServerWatch } from '../api/server-watch'
import type { PhotoEmbedding } from '../device/protocol'
import type { Prepared, PrepareOptions } from '../photos/prepare-photo'
import { digestOf } from './photo-digest'
import type { Embedded } from './types'

export interface EmbedderOptions {
  maxBytes: number
  /** Type or ID of the base model. */
  base(): string
  prepare(file: Blob, options: PrepareOptions): Promise<Prepared>
  embed(file: Blob, base: string, signal: AbortSignal): Promise<PhotoEmbedding>
  server: Pick<ServerWatch, 'wait'>
  onReading(id: number): void
  /** @param file what was sent: the photo, or a smaller copy */
  onEmbedded(id: number, embedded: Embedded, file: Blob): void
  onFailed(id: number, failure: Failure): void
  /** Whether photos wait for a server that doesn't respond. */
  onAway(away: boolean): void
}

/** Requests at a time: one is prepared or on its way while the server reads another. */
const LANES = 4
/** Retries while the server is busy. */
const MAX_RETRIES = 5
const RETRY_MS = 1000

/** Gets the embeddings of photos, a few at a time, in order. Photos outlast a server that is away. */
export class Embedder {
  private readonly waiting = new Map<number, Blob>()
  private readonly running = new Map<number, AbortController>()
  private stopped = new AbortController()
  private away = false

  constructor(private readonly options: EmbedderOptions) {}

  add(id: number, file: Blob): void {
    this.waiting.set(id, file)
    this.next()
  }

  remove(id: number): void {
    this.waiting.delete(id)
    this.running.get(id)?.abort()
  }

  /** Drops all photos. */
  clear(): void {
    this.waiting.clear()
    this.stopped.abort()
    this.stopped = new AbortController()
  }

  private next(): void {
    while (this.running.size < LANES && !this.away) {
      const [next] = this.waiting
      if (!next) return
      this.waiting.delete(next[0])
      void this.run(...next)
    }
  }

  private async run(id: number, file: Blob): Promise<void> {
    const controller = new AbortController()
    this.running.set(id, controller)
    const signal = AbortSignal.any([controller.signal, this.stopped.signal])
    try {
      this.options.onReading(id)
      const prepared = await this.options.prepare(file, { maxBytes: this.options.maxBytes, reduce: true })
      signal.throwIfAborted()
      const { embedding, kinds, revision } = await this.embed(id, prepared.file, signal)
      const bytes = new Uint8Array(embedding.buffer as ArrayBuffer)
      const embedded = { embedding, kinds, revision, sha256: prepared.sha256 ?? (await digestOf(bytes)) }
      if (!signal.aborted) this.options.onEmbedded(id, embedded, prepared.file)
    } catch (error) {
      if (!signal.aborted) this.options.onFailed(id, asFailure(error))
    } finally {
      // The photo may be on its way again, to another base model.
      if (this.running.get(id) === controller) this.running.delete(id)
      this.next()
    }
  }

  /** Waits for a server that is away as long as it takes, and for a busy one a few times. */
  private async embed(id: number, file: Blob, signal: AbortSignal): Promise<PhotoEmbedding> {
    for (let retries = 0; ; ) {
      try {
        return await this.options.embed(file, this.options.base(), signal)
      } catch (error) {
        if (signal.aborted) throw error
        const failure = asFailure(error)
        if (isServerAway(failure)) await this.waitForServer(signal)
        else if (failure.retryAfterMs !== null && failure.retryable && retries++ < MAX_RETRIES)
          await pause(Math.max(failure.retryAfterMs, RETRY_MS))
        else throw failure
        signal.throwIfAborted()
        this.options.onReading(id)
      }
    }
  }

  private async waitForServer(signal: AbortSignal): Promise<void> {
    this.setAway(true)
    await this.options.server.wait(signal)
    this.setAway(false)
    this.next()
  }

  private setAway(away: boolean): void {
    if (this.away === away) return
    this.away = away
    this.options.onAway(away)
  }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Errors of the browser itself, such as a file that was deleted in the meantime. */
function asFailure(error: unknown): Failure {
  if (typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string')
    return error as Failure
  return { code: 'file_unreadable', retryable: false, retryAfterMs: null }
}
