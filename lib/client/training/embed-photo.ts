import type { EmbeddingReply } from '@/lib/shared/contract/embed'
import { underBase } from '@/lib/shared/web/base-path'
import { type Failure, OFFLINE, parseAnswer, parseFailure } from '../api/failure'

/** An embedding, and the part of the photo that the model received. */
export interface PhotoEmbedding extends Pick<EmbeddingReply, 'area' | 'image'> {
  embedding: Float32Array
  /** Scores of the kinds that the base model knows; null if it knows none. */
  kinds: Float32Array | null
  /** Of the base model. */
  revision: string
}

/**
 * Requests the embedding of a photo from `POST /api/embed`.
 *
 * @param model type or ID of the base model
 * @throws Failure, or the signal's reason
 */
export async function embedPhoto(file: Blob, model: string, signal: AbortSignal): Promise<PhotoEmbedding> {
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
    throw error instanceof TypeError ? (OFFLINE satisfies Failure) : error
  }
}

/** @param base64 float32 values, little-endian as in every browser */
function floats(base64: string): Float32Array {
  return new Float32Array(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)).buffer)
}
