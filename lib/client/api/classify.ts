import type { Classification, Preview } from '@/lib/shared/contract/contract'
import { type Area, formatCrop } from '@/lib/shared/crop/crop'
import { underBase } from '@/lib/shared/web/base-path'
import { choiceQuery } from '@/lib/shared/zero-shot/choice'
import { type Failure, failureWithoutAnswer, OFFLINE, parseAnswer, parseFailure } from './failure'

export interface ClassifyCall {
  /** A model, or a text-image model with labels in words (`formatChoice`). */
  model: string
  topK: number
  /** The part to classify, in pixels of the photo; the model's own crop if null or absent. */
  crop?: Area | null
  signal: AbortSignal
  /** Bytes sent so far, and in total. */
  onProgress(sent: number, total: number): void
  /** Bytes of the model that were loaded so far, and in total, if it runs in this browser. */
  onLoading?(received: number, total: number): void
  /** The upload is complete; the server is processing the photo. */
  onUploaded(): void
}

/** The photo was removed during its request. Never displayed. */
export const ABORTED: Failure = { ...OFFLINE, code: 'withdrawn' }

/**
 * Sends a photo to `POST /api/classify`. Uses XMLHttpRequest because fetch doesn't report upload progress.
 * Rejects with a `Failure`.
 */
export async function classify(file: Blob, call: ClassifyCall): Promise<Classification> {
  const result = await send(file, call, { top_k: String(call.topK) })
  // Without a number, a multi-label model returns all labels that apply.
  const isComplete = result.predictions.length < call.topK || !result.predictions.at(-1)?.selected
  return isComplete ? result : send(file, call, {})
}

function send(file: Blob, call: ClassifyCall, count: { top_k?: string }): Promise<Classification> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    const query = new URLSearchParams({ ...choiceQuery(call.model), ...count, ...cropQuery(call.crop) })
    request.open('POST', underBase(`/api/classify?${query}`))
    request.setRequestHeader('content-type', file.type || 'application/octet-stream')
    request.upload.onprogress = ({ loaded, total }) => call.onProgress(loaded, total)
    request.upload.onload = () => call.onUploaded()
    request.onload = () => {
      const { status, responseText: body } = request
      if (status !== 200) return reject(parseFailure(status, body, request.getResponseHeader('retry-after')))
      try {
        resolve(parseAnswer<Classification>(body))
      } catch (failure) {
        reject(failure)
      }
    }
    request.onerror = () => void failureWithoutAnswer(file).then(reject)
    request.onabort = () => reject(ABORTED)
    const abort = () => request.abort()
    call.signal.addEventListener('abort', abort)
    // A signal may outlive many requests.
    request.onloadend = () => call.signal.removeEventListener('abort', abort)
    request.send(file)
  })
}

/**
 * Fetches a preview of the model's input: the cropped image, and the steps that produced it.
 *
 * @throws Error if the server doesn't return one
 */
export async function fetchModelInput(
  file: Blob,
  { model, crop, signal }: Pick<ClassifyCall, 'model' | 'crop' | 'signal'>,
): Promise<Preview> {
  const query = new URLSearchParams({ ...choiceQuery(model), top_k: '1', preview: '1', ...cropQuery(crop) })
  const response = await fetch(underBase(`/api/classify?${query}`), { method: 'POST', body: file, signal })
  if (!response.ok) throw new Error(`the server responded with ${response.status}`)
  const { preview } = (await response.json()) as Classification
  if (!preview) throw new Error('the response has no preview')
  return preview
}

/**
 * The part of a photo that the model receives.
 *
 * @throws Error if the server doesn't tell
 */
export async function fetchInputArea(
  file: Blob,
  { model, signal }: Pick<ClassifyCall, 'model' | 'signal'>,
): Promise<Area> {
  const query = new URLSearchParams({ ...choiceQuery(model), top_k: '1' })
  const response = await fetch(underBase(`/api/classify?${query}`), { method: 'POST', body: file, signal })
  if (!response.ok) throw new Error(`the server responded with ${response.status}`)
  return ((await response.json()) as Classification).area
}

/** The query parameter of a crop, if there is one. */
export function cropQuery(crop: Area | null | undefined): { crop?: string } {
  return crop ? { crop: formatCrop(crop) } : {}
}
