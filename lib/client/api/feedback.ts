import type { FeedbackRequest, Verdict } from '@/lib/shared/contract/feedback'
import { underBase } from '@/lib/shared/web/base-path'
import type { Classification } from '../../shared/contract/contract'
import { OFFLINE, parseFailure } from './failure'

/** What the visitor said of an answer. */
export interface SubmittedVote {
  /** The same when it is corrected. */
  id: string
  verdict: Verdict
  /** The right label, where it is wrong and the visitor knows. */
  correct: { index: number; label: string } | null
}

/** A name that nobody else makes up. */
export function newVoteId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/**
 * Sends a vote. @param photo only where the visitor lets it be kept
 *
 * @throws Failure
 */
export async function sendVote(vote: SubmittedVote, result: Classification, photo: Blob | null): Promise<void> {
  const [best] = result.predictions
  const body: FeedbackRequest = {
    id: vote.id,
    model: result.model.id,
    revision: result.model.revision,
    index: best?.index ?? 0,
    score: best?.score ?? 0,
    verdict: vote.verdict,
    correct: vote.correct?.index ?? null,
    request_id: result.request_id,
    ...(photo ? { photo: await base64(photo) } : {}),
  }
  const reply = await fetch(underBase('/api/feedback'), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }).catch(() => {
    throw OFFLINE
  })
  if (!reply.ok) throw parseFailure(reply.status, await reply.text(), reply.headers.get('retry-after'))
}

function base64(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve(String(reader.result).replace(/^data:[^,]*,/, ''))
    reader.onerror = () => reject(reader.error)
    reader.readAsDataURL(blob)
  })
}
