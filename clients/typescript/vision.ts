import { problemError, VisionError } from './error.js'
import { Jobs } from './jobs.js'
import { Models } from './models.js'
import { batches, formOf, type NamedPhoto, named, type Photo, photoBody } from './photo.js'
import { type Call, type CallOptions, parseReply, Transport, type VisionOptions } from './transport.js'
import type { Area, Classification, Embedding, ExplainMethod, Explanation, PhotoResult } from './types.js'

interface PhotoParameters {
  /** ID or type of a model. Default: the server's default model. */
  model?: string | undefined
  /** The part of the photo to use, in pixels of the upright photo. Default: the model's center crop. */
  crop?: Area | undefined
}

interface LabelParameters extends PhotoParameters {
  /** Labels to choose from, for a text-image model. */
  candidate_labels?: readonly string[] | undefined
  /** The text that photos are compared with, with {} for the label. */
  hypothesis_template?: string | undefined
}

export interface ClassifyParameters extends LabelParameters {
  /** Maximum number of predictions. Default: 5, or for a multi-label model all labels that apply if these are more. */
  top_k?: number | undefined
  /** Omits predictions with a lower score. */
  threshold?: number | undefined
  /** Whether to return the model input. */
  preview?: boolean | undefined
}

export type StreamParameters = Pick<
  ClassifyParameters,
  'model' | 'top_k' | 'threshold' | 'candidate_labels' | 'hypothesis_template'
>

export interface EmbedParameters extends PhotoParameters {
  /** Whether to divide the embedding by its length. */
  normalize?: boolean | undefined
  /** Whether to return the scores of kinds of things as well, which custom models learn from, too. */
  kinds?: boolean | undefined
}

type EncodedEmbedding = Omit<Embedding, 'embedding' | 'kinds'> & { embedding: string; kinds?: string | null }

export interface ExplainParameters extends LabelParameters {
  /** A label's name, its index, or `#` and its index. Default: the best label. */
  label?: string | number | undefined
  method?: ExplainMethod | undefined
  /** Whether to return the heatmap as a PNG. */
  png?: boolean | undefined
}

export interface ExplainOptions extends CallOptions {
  /** Called with the model runs so far and in total. */
  onProgress?: ((done: number, total: number) => void) | undefined
}

/** Photos in one request of `classifyMany`: enough to keep the server busy, few enough to send again. */
const PHOTOS_PER_REQUEST = 64

/**
 * A client of the API.
 *
 * Failed calls reject with a `VisionError`. Requests that a busy server refuses, or whose connection fails, are repeated
 * within limits; aborted ones reject with the reason of their signal.
 *
 * @example
 * const vision = new Vision({ url: 'http://localhost:3000' })
 * const { predictions } = await vision.classify(file, { top_k: 3 })
 */
export class Vision {
  /** Many photos in the background, with results that are kept. */
  readonly jobs: Jobs
  /** The models of the server, and training of custom ones. */
  readonly models: Models
  private readonly transport: Transport

  constructor(options: VisionOptions) {
    this.transport = new Transport(options)
    this.jobs = new Jobs(this.transport)
    this.models = new Models(this.transport)
  }

  /** Classifies a photo. */
  classify(photo: Photo, parameters: ClassifyParameters = {}, options: CallOptions = {}): Promise<Classification> {
    return this.transport.json(photoCall('/api/classify', photo, parameters), options)
  }

  /**
   * Classifies many photos and yields each result as soon as it is there. A photo that can't be classified has the error
   * in its result. Photos whose results were lost with the connection are sent again.
   */
  async *classifyMany(
    photos: Iterable<NamedPhoto> | AsyncIterable<NamedPhoto>,
    parameters: StreamParameters = {},
    options: CallOptions = {},
  ): AsyncGenerator<PhotoResult, void, undefined> {
    let count = 0
    for await (const batch of batches(photos, PHOTOS_PER_REQUEST)) {
      const numbered = batch.map((photo) => ({ index: count, ...named(photo, count++) }))
      yield* this.classifyBatch(numbered, { ...parameters, stream: 1 }, options)
    }
  }

  /** The embedding of a photo: the features that the model's last layer turns into scores. */
  async embed(photo: Photo, parameters: EmbedParameters = {}, options: CallOptions = {}): Promise<Embedding> {
    const given = { ...parameters, encoding_format: 'base64' }
    const call = photoCall('/api/embed', photo, given)
    const { embedding, kinds, ...reply } = await this.transport.json<EncodedEmbedding>(call, options)
    return {
      ...reply,
      embedding: floats(embedding),
      ...(kinds !== undefined && { kinds: kinds === null ? null : floats(kinds) }),
    }
  }

  /** Explains a label of a photo with a heatmap. */
  async explain(
    photo: Photo,
    { label, ...parameters }: ExplainParameters = {},
    { onProgress, ...options }: ExplainOptions = {},
  ): Promise<Explanation> {
    // A number would also be the name of a label that is a number.
    const wanted = typeof label === 'number' ? `#${label}` : label
    const given = { ...parameters, label: wanted, stream: 1 }
    const call = photoCall('/api/explain', photo, given)
    for await (const line of this.transport.lines(call, options)) {
      const message = parseReply<{ explanation?: Explanation; problem?: unknown; done: number; of: number }>(line)
      if (message.problem !== undefined) throw problemError(message.problem)
      if (message.explanation) return message.explanation
      onProgress?.(message.done, message.of)
    }
    throw new VisionError({ code: 'unreachable', detail: 'The connection ended before the explanation.' })
  }

  private async *classifyBatch(
    photos: readonly { index: number; name: string; data: Blob }[],
    query: object,
    options: CallOptions,
  ): AsyncGenerator<PhotoResult, void, undefined> {
    const waiting = new Set(photos)
    for (let attempt = 0; waiting.size > 0; attempt++) {
      const sent = [...waiting]
      const call = { method: 'POST', path: '/api/classify', query, body: formOf(sent) } as const
      try {
        for await (const line of this.transport.lines(call, options)) {
          const row = parseReply<PhotoResult & { problem?: unknown }>(line)
          if (row.problem !== undefined) throw problemError(row.problem)
          const photo = sent[row.index]
          if (photo === undefined || !waiting.delete(photo)) continue
          // Only failures in a row count.
          attempt = 0
          yield { ...row, index: photo.index }
        }
        if (waiting.size > 0)
          throw new VisionError({ code: 'unreachable', detail: 'The connection ended before the last result.' })
      } catch (error) {
        await this.transport.waitToRetry(error, attempt, call, options)
      }
    }
  }
}

/** A call with one photo and its options. */
function photoCall(path: string, photo: Photo, { crop, ...parameters }: PhotoParameters): Call {
  const area = crop && [crop.left, crop.top, crop.width, crop.height].join(',')
  return { method: 'POST', path, query: { ...parameters, crop: area }, ...photoBody(photo) }
}

/** Numbers from their bytes in base64: float32, little-endian. */
function floats(base64: string): Float32Array {
  const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))
  const view = new DataView(bytes.buffer)
  return Float32Array.from({ length: bytes.length / 4 }, (_, index) => view.getFloat32(4 * index, true))
}
