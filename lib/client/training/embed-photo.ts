import type { EmbeddingReply } from '@/lib/shared/contract/embed'
import { fromBase64 } from '@/lib/shared/files/base64'
import { underBase } from '@/lib/shared/web/base-path'
import { failureWithoutAnswer, parseAnswer, parseFailure } from '../api/failure'
import { isHere } from '../choices'
import { loadingProgress } from '../device/loading-progress'
import type { PhotoEmbedding } from '../device/protocol'
import { loadHere } from '../device/run-here'

/**
 * The embedding of a photo, from the server or in this browser, as the visitor chose.
 *
 * @param model type or ID of the base model
 * @throws Failure, or the signal's reason
 */
export async function embedPhoto(file: Blob, model: string, signal: AbortSignal): Promise<PhotoEmbedding> {
  if (!isHere()) return embedOnServer(file, model, signal)
  const { report: onLoading, end: onLoaded } = loadingProgress
  try {
    return await (await loadHere()).embedHere(file, { model, signal, onLoading, onLoaded })
  } catch (error) {
    if (signal.aborted) throw signal.reason
    throw error
  } finally {
    onLoaded()
  }
}

/**
 * Requests the embedding of a photo from `POST /api/embed`.
 *
 * @throws as `embedPhoto`
 */
async function embedOnServer(file: Blob, model: string, signal: AbortSignal): Promise<PhotoEmbedding> {
  const query = new URLSearchParams({ model, kinds: '1', encoding_format: 'base64' })
  try {
    const response = await fetch(underBase(`/api/embed?${query}`), {
      method: 'POST',
      body: file,
      headers: { 'content-type': file.type || 'application/octet-stream' },
      signal,
    })
    const body = await response.text()
    if (!response.ok) throw parseFailure(response.status, body, response.headers.get('retry-after'))
    const reply = parseAnswer<EmbeddingReply>(body)
    const { area, image } = reply
    const kinds = reply.kinds ? floats(reply.kinds as string) : null
    return { embedding: floats(reply.embedding as string), kinds, revision: reply.model.revision, area, image }
  } catch (error) {
    if (signal.aborted) throw signal.reason
    throw error instanceof TypeError ? await failureWithoutAnswer(file) : error
  }
}

/** @param base64 float32 values, little-endian as in every browser */
function floats(base64: string): Float32Array {
  return new Float32Array(fromBase64(base64).buffer)
}
