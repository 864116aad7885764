import { isLabelsFileName } from '@/lib/shared/files/ignored-files'
import { Problem, type ProblemCode } from '@/lib/shared/problems/problem'
import type { BaseFeatures, Example } from '@/lib/shared/training/example'
import { readExamples } from '@/lib/shared/training/example-file'
import type { Engine } from '../engine/types'
import { sha256Of } from '../event-loop/digest'
import type { Draft, JobInput } from '../jobs/backend'
import { requireSize } from '../jobs/classify-photo'

/** A photo whose embedding is known. */
export interface EmbeddedPhoto extends BaseFeatures {
  /** Its path in the upload. */
  file: string
  /** Hex. */
  sha256: string
}

/** A photo that can't be learned from, and why. */
export interface SkippedPhoto {
  file: string
  code: ProblemCode
  detail: string
}

export interface CollectOptions {
  engine: Pick<Engine, 'embed'>
  /** ID and revision of the base model, the length of its embeddings, and the number of its kinds. */
  base: string
  revision: string
  dimensions: number
  kinds: number
  imageBytes: number
  /** Photos that are embedded at a time. */
  concurrency: number
  fetchPhoto(url: string, signal: AbortSignal): Promise<Uint8Array>
  /** Called before each photo is embedded. @throws Problem if no more bytes are allowed */
  allowBytes?(count: number): Promise<void>
  onProgress?: ((done: number) => void) | undefined
  signal: AbortSignal
}

/**
 * Embeds the photos of an upload as they arrive. Only their embeddings are kept, and at most a few photos are in memory
 * at a time.
 */
export class PhotoCollector implements Draft {
  readonly photos: EmbeddedPhoto[] = []
  readonly skipped: SkippedPhoto[] = []
  /** Files that may hold labels. */
  readonly labelsFiles: { file: string; bytes: Uint8Array }[] = []
  /** Examples from uploaded `.safetensors` files. */
  readonly examples: Example[] = []
  private readonly running = new Set<Promise<void>>()
  private readonly bytesInFlight = new Map<Promise<void>, number>()

  constructor(private readonly options: CollectOptions) {}

  get count(): number {
    return this.photos.length + this.skipped.length + this.examples.length + this.running.size
  }

  get heldBytes(): number {
    return [...this.bytesInFlight.values()].reduce((sum, bytes) => sum + bytes, 0)
  }

  /** @throws what isn't the fault of this photo */
  async add({ file, url, problem }: JobInput, bytes?: Uint8Array): Promise<void> {
    if (problem) this.skipped.push({ file, ...problem })
    else if (bytes && isLabelsFileName(file)) this.labelsFiles.push({ file, bytes })
    else if (bytes && /\.safetensors$/i.test(file)) this.addExamples(file, bytes)
    else {
      while (this.running.size >= this.options.concurrency) await Promise.race(this.running)
      this.start(file, bytes, url)
    }
  }

  /** Waits for the last photos. @throws what isn't the fault of a photo */
  async finish(): Promise<void> {
    await Promise.all(this.running)
  }

  /** @throws Problem `invalid_parameter` */
  private addExamples(file: string, bytes: Uint8Array): void {
    try {
      // The buffer belongs to the upload.
      this.examples.push(...readExamples(bytes.slice()))
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      throw new Problem('invalid_parameter', `${file} can’t be read. ${error.detail}`, { cause: error })
    }
    const { base } = this.options
    if (!this.examples.every((example) => isFromBase(example, this.options)))
      throw new Problem('invalid_parameter', `The embeddings in ${file} aren’t from ${base}: they have another length.`)
  }

  private start(file: string, bytes: Uint8Array | undefined, url: string | undefined): void {
    const task = this.embed(file, bytes, url).finally(() => {
      this.running.delete(task)
      this.bytesInFlight.delete(task)
      this.options.onProgress?.(this.photos.length + this.skipped.length)
    })
    // Whoever waits for it sees the failure.
    task.catch(() => {})
    this.running.add(task)
    this.bytesInFlight.set(task, bytes?.byteLength ?? 0)
  }

  private async embed(file: string, bytes: Uint8Array | undefined, url: string | undefined): Promise<void> {
    const { engine, base, imageBytes, fetchPhoto, allowBytes, signal } = this.options
    try {
      const photo = requireSize(bytes ?? (await fetchPhoto(url ?? '', signal)), imageBytes)
      await allowBytes?.(photo.byteLength)
      const options = { model: base, priority: 'batch', deadlineMs: Number.POSITIVE_INFINITY } as const
      const [sha256, { embedding, kinds, model }] = await Promise.all([
        sha256Of(photo),
        engine.embed(photo, options, signal),
      ])
      if (model.revision !== this.options.revision)
        throw new Problem('conflict', `The base model ${base} was replaced during training. Train again.`)
      this.photos.push({ file, sha256, embedding, kinds })
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof Problem) || !PHOTO_FAULTS.has(error.code)) throw error
      this.skipped.push({ file, code: error.code, detail: error.detail })
    }
  }
}

/** Whether an example has the length of what a base model says. Examples of earlier versions have no kinds. */
function isFromBase({ embedding, kinds }: BaseFeatures, base: { dimensions: number; kinds: number }): boolean {
  return embedding.length === base.dimensions && (!kinds || kinds.length === base.kinds)
}

/** What can be wrong with a single photo. */
const PHOTO_FAULTS = new Set<ProblemCode>([
  'not_an_image',
  'unsupported_format',
  'truncated_image',
  'model_failed',
  'too_many_pixels',
  'too_large',
  'url_refused',
  'url_unreachable',
])
