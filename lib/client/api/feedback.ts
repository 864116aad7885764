import type { FeedbackRequest, Verdict } from '@/lib/shared/contract/feedback'
import { selectedOf } from '@/lib/shared/results/selected'
import { underBase } from '@/lib/shared/web/base-path'
import type { Classification } from '../../shared/contract/contract'
import { OFFLINE, parseFailure } from './failure'

interface NamedLabel {
  index: number
  label: string
}

/** A visitor's feedback on a result. */
export interface SubmittedVote {
  /** Stays the same when the visitor changes the vote. */
  id: string
  verdict: Verdict
  /** The correct label, if the visitor named it. */
  correct: NamedLabel | null
  /** Of a multi-label model: all labels that apply, if the visitor named them. */
  correctLabels?: readonly NamedLabel[] | undefined
}

/** A random, unique id. */
export function newVoteId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/**
 * Sends a vote.
 *
 * @param photo only if the visitor agreed to its storage
 * @throws Failure
 */
export async function sendVote(vote: SubmittedVote, result: Classification, photo: Blob | null): Promise<void> {
  const [best] = result.predictions
  const selected = selectedOf(result)
  const body: FeedbackRequest = {
    id: vote.id,
    model: result.model.id,
    revision: result.model.revision,
    index: best?.index ?? 0,
    score: best?.score ?? 0,
    verdict: vote.verdict,
    correct: vote.correct?.index ?? null,
    request_id: result.request_id,
    ...(selected && { labels: selected.map(({ index }) => index) }),
    ...(vote.correctLabels && { correct_labels: vote.correctLabels.map(({ index }) => index) }),
    ...(photo ? { photo: await base64(photo) } : {}),
  }
  const response = await fetch(underBase('/api/feedback'), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }).catch(() => {
    throw OFFLINE
  })
  if (!response.ok) throw parseFailure(response.status, await response.text(), response.headers.get('retry-after'))
}

function base64(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve(String(reader.result).replace(/^data:[^,]*,/, ''))
    reader.onerror = () => reject(reader.error)
    reader.readAsDataURL(blob)
  })
}
