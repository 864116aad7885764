import type { Explanation } from '@/lib/shared/contract/explain'
import type { Area } from '@/lib/shared/crop/crop'
import type { ProblemDetails } from '@/lib/shared/problems/problem'
import { underBase } from '@/lib/shared/web/base-path'
import { choiceQuery } from '@/lib/shared/zero-shot/choice'
import { cropQuery } from './classify'
import { failureWithoutAnswer, OFFLINE, parseAnswer, parseFailure } from './failure'
import { readLines } from './read-lines'

export interface ExplainCall {
  /** A model, or a text-image model with labels in words (`formatChoice`). */
  model: string
  /** Index of the label in the model's output. */
  label: number
  /** The part that was classified; null for the model's own crop. */
  crop: Area | null
  signal: AbortSignal
  /** Model runs so far, and in total. */
  onProgress(done: number, total: number): void
}

type Message = { done: number; of: number } | { explanation: Explanation } | { problem: ProblemDetails }

/**
 * Requests an explanation of a label from `POST /api/explain` and reports its progress.
 *
 * @throws Failure, or the signal's reason if the call was aborted
 */
export async function explain(
  file: Blob,
  { model, label, crop, signal, onProgress }: ExplainCall,
): Promise<Explanation> {
  const query = new URLSearchParams({ ...choiceQuery(model), label: `#${label}`, stream: '1', ...cropQuery(crop) })
  const response = await fetch(underBase(`/api/explain?${query}`), { method: 'POST', body: file, signal }).catch(
    async () => {
      throw signal.aborted ? signal.reason : await failureWithoutAnswer(file)
    },
  )
  if (!response.ok || !response.body) {
    throw parseFailure(response.status, await response.text(), response.headers.get('retry-after'))
  }
  for await (const line of readLines(response.body, signal)) {
    const message = parseAnswer<Message>(line)
    if ('explanation' in message) return message.explanation
    if ('problem' in message) throw parseFailure(message.problem.status, JSON.stringify(message.problem), null)
    onProgress(message.done, message.of)
  }
  throw OFFLINE
}
