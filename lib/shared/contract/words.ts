import type { z } from 'zod'
import { type LabelWords, labelWords } from '../zero-shot/candidate-labels'
import type { classifyParametersSchema } from './contract'

type WordParameters = Pick<z.output<typeof classifyParametersSchema>, 'candidate_labels' | 'hypothesis_template'>

/**
 * The labels in words that a request asks for; undefined if it has none.
 *
 * @throws Problem `invalid_parameter`
 */
export function wordsOf({ candidate_labels, hypothesis_template }: WordParameters): LabelWords | undefined {
  return labelWords(candidate_labels, hypothesis_template)
}
