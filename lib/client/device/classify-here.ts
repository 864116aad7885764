import type { Classification, Preview } from '@/lib/shared/contract/contract'
import type { Explanation } from '@/lib/shared/contract/explain'
import type { Area } from '@/lib/shared/crop/crop'
import type { ClassifyCall } from '../api/classify'
import type { ExplainCall } from '../api/explain'
import type { PhotoEmbedding } from './protocol'
import { ask } from './worker-here'

/** What to embed with, and who wants to know how it goes. */
export interface EmbedCall {
  /** Type or ID. */
  model: string
  signal: AbortSignal
  /** Called with the bytes of the model that were received so far, and in total. */
  onLoading(received: number, total: number): void
  /** Called once the model is there. */
  onLoaded(): void
}

/**
 * Classifies a photo in this browser, as `classify` does on the server. The photo isn't sent anywhere. The first call
 * loads the runtime and the model; `call.onLoading` reports it. Rejects with a `Failure`.
 */
export function classifyHere(file: Blob, call: ClassifyCall): Promise<Classification> {
  const { model, topK, crop = null, signal } = call
  return ask(
    (id) => ({ kind: 'classify', id, file, model, topK, crop }),
    signal,
    (message, resolve) => {
      if (message.kind === 'loading') call.onLoading?.(message.received, message.total)
      else if (message.kind === 'running') call.onUploaded()
      else if (message.kind === 'classified') resolve(message.result)
    },
  )
}

/** The model input of a photo, as `fetchModelInput` gets it from the server. Rejects with a `Failure`. */
export function modelInputHere(
  file: Blob,
  { model, crop, signal }: { model: string; crop: Area | null; signal: AbortSignal },
): Promise<Preview> {
  return ask(
    (id) => ({ kind: 'preview', id, file, model, crop }),
    signal,
    (message, resolve) => {
      if (message.kind === 'previewed') resolve(message.preview)
    },
  )
}

/**
 * Explains a label in this browser, as `explain` does on the server. Photos to classify go first. Rejects with a
 * `Failure`.
 */
export function explainHere(file: Blob, { model, label, crop, signal, onProgress }: ExplainCall): Promise<Explanation> {
  return ask(
    (id) => ({ kind: 'explain', id, file, model, crop, label, method: 'rise' }),
    signal,
    (message, resolve) => {
      if (message.kind === 'explaining') onProgress(message.done, message.of)
      else if (message.kind === 'explained') resolve(message.explanation)
    },
  )
}

/** The embedding of a photo, as `embedPhoto` gets it from the server. Rejects with a `Failure`. */
export function embedHere(file: Blob, call: EmbedCall): Promise<PhotoEmbedding> {
  const { model, signal, onLoading, onLoaded } = call
  return ask<PhotoEmbedding>(
    (id) => ({ kind: 'embed', id, file, model, crop: null }),
    signal,
    (message, resolve) => {
      if (message.kind === 'loading') onLoading(message.received, message.total)
      else if (message.kind === 'running') onLoaded()
      else if (message.kind === 'embedded') resolve(message.photo)
    },
  )
}
