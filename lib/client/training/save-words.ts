import type { ModelInfo } from '@/lib/shared/contract/contract'
import { underBase } from '@/lib/shared/web/base-path'
import type { LabelWords } from '@/lib/shared/zero-shot/candidate-labels'
import { parseAnswer } from '../api/failure'
import { headersOf, send } from './saved-models'

/** Labels in words that become a custom model. */
interface SaveWordsRequest {
  title: string
  /** A text-image model, by ID or type. */
  base: string
  words: LabelWords
  /** The operator's token; null if the server needs none. */
  token: string | null
  signal: AbortSignal
}

/**
 * Saves labels in words as a custom model of the server.
 *
 * @throws Failure, or the signal's reason
 */
export async function saveWords({ title, base, words, token, signal }: SaveWordsRequest): Promise<ModelInfo> {
  const body = JSON.stringify({ title, base, words: words.labels, hypothesis_template: words.template })
  const response = await send(underBase('/api/models'), { method: 'POST', body, headers: headersOf(token), signal })
  return parseAnswer<{ model: ModelInfo }>(await response.text()).model
}
