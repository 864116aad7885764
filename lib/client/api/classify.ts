import type { Classification, Preview } from '@/lib/shared/contract/contract'
import { underBase } from '@/lib/shared/web/base-path'
import { type Failure, OFFLINE, parseFailure } from './failure'

export interface ClassifyCall {
  model: string
  topK: number
  signal: AbortSignal
  /** Bytes sent so far, and of how many. */
  onProgress(sent: number, total: number): void
  /** The upload is complete; the server works. */
  onUploaded(): void
}

/** The photo was taken away while it was on its way; nobody sees this. */
const WITHDRAWN: Failure = { ...OFFLINE, code: 'withdrawn' }

/**
 * Sends a photo to `POST /api/classify`. By XMLHttpRequest, since fetch tells nothing of an upload's progress.
 * Rejects with a `Failure`.
 */
export function classify(file: Blob, call: ClassifyCall): Promise<Classification> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    const query = new URLSearchParams({ model: call.model, top_k: String(call.topK) })
    request.open('POST', underBase(`/api/classify?${query}`))
    request.setRequestHeader('content-type', file.type || 'application/octet-stream')
    request.upload.onprogress = ({ loaded, total }) => call.onProgress(loaded, total)
    request.upload.onload = () => call.onUploaded()
    request.onload = () => {
      if (request.status === 200) resolve(JSON.parse(request.responseText) as Classification)
      else reject(parseFailure(request.status, request.responseText, request.getResponseHeader('retry-after')))
    }
    request.onerror = () => reject(OFFLINE)
    request.onabort = () => reject(WITHDRAWN)
    const abort = () => request.abort()
    call.signal.addEventListener('abort', abort)
    // One signal may outlive many requests.
    request.onloadend = () => call.signal.removeEventListener('abort', abort)
    request.send(file)
  })
}

/**
 * Asks what a model saw of a photo: the crop made from its own input, and how that was made.
 *
 * @throws Error where the server does not answer with it
 */
export async function fetchModelInput(file: Blob, model: string, signal: AbortSignal): Promise<Preview> {
  const query = new URLSearchParams({ model, top_k: '1', preview: '1' })
  const reply = await fetch(underBase(`/api/classify?${query}`), { method: 'POST', body: file, signal })
  if (!reply.ok) throw new Error(`the server answered with ${reply.status}`)
  const { preview } = (await reply.json()) as Classification
  if (!preview) throw new Error('the answer has no preview')
  return preview
}
