import type { Vote } from '@/lib/shared/contract/feedback'
import { correctionsOf } from '@/lib/shared/training/corrections'
import { underBase } from '@/lib/shared/web/base-path'
import { type Failure, OFFLINE, parseAnswer, parseFailure } from '../api/failure'
import { readLines } from '../api/read-lines'

/** Photos with the label that a visitor gave them. */
export interface CorrectedPhotos {
  label: string
  files: File[]
}

/** Photos requested at the same time. */
const CONCURRENCY = 4

/**
 * The photos that visitors sent with a corrected answer of a model.
 *
 * @param token the operator's
 * @throws Failure
 */
export async function fetchCorrections(model: string, token: string): Promise<CorrectedPhotos[]> {
  const response = await get(underBase('/api/feedback?format=ndjson'), token)
  if (!response.body) throw OFFLINE
  const { corrections } = await correctionsOf(votesOf(response.body), model)
  const byLabel = new Map<string, File[]>()
  const waiting = corrections.values()
  async function lane(): Promise<void> {
    for (const { vote, label } of waiting) {
      const file = await fetchPhoto(vote, token)
      if (file) byLabel.set(label, [...(byLabel.get(label) ?? []), file])
    }
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, lane))
  return [...byLabel].map(([label, files]) => ({ label, files }))
}

async function* votesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Vote> {
  for await (const line of readLines(body, new AbortController().signal)) if (line !== '') yield parseAnswer<Vote>(line)
}

/** Null if it was deleted since. */
async function fetchPhoto({ id, time }: Vote, token: string): Promise<File | null> {
  try {
    const query = new URLSearchParams({ time })
    const response = await get(underBase(`/api/feedback/${encodeURIComponent(id)}/photo?${query}`), token)
    return new File([await response.blob()], `feedback-${id}.webp`, { type: 'image/webp' })
  } catch (error) {
    if ((error as Failure).code === 'not_found') return null
    throw error
  }
}

async function get(url: string, token: string): Promise<Response> {
  const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } }).catch(() => {
    throw OFFLINE
  })
  if (response.ok) return response
  throw parseFailure(response.status, await response.text(), response.headers.get('retry-after'))
}
