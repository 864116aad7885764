import type { Failure } from '../api/failure'
import type { ServerWatch } from '../api/server-watch'
import type { PhotoEmbedding } from '../device/protocol'
import type { Prepared, PrepareOptions } from '../photos/prepare-photo'
import { digestOf } from './photo-digest'
import type { Embedded } from './types'
import { asFailure, withRetries } from './with-retries'

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

  private embed(id: number, file: Blob, signal: AbortSignal): Promise<PhotoEmbedding> {
    return withRetries(() => this.options.embed(file, this.options.base(), signal), {
      signal,
      waitForServer: () => this.waitForServer(signal),
      onRetry: () => this.options.onReading(id),
    })
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
