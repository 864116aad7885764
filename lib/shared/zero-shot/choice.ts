import { joinLabels, type LabelWords, splitLabels } from './candidate-labels'
import { DEFAULT_TEMPLATE } from './template'

/** What a page classifies with, as one text: a model, or a text-image model with the visitor's labels. */
export interface Choice {
  /** Type or ID. */
  model: string
  /** Null for a model with labels of its own. */
  words: LabelWords | null
}

/** IDs of models never have it. */
const SEPARATOR = '?'

/** Results are kept by this text, so that each set of labels has its own. */
export function formatChoice({ model, words }: Choice): string {
  if (words === null) return model
  return `${model}${SEPARATOR}${new URLSearchParams(wordsQuery(words))}`
}

export function parseChoice(text: string): Choice {
  const at = text.indexOf(SEPARATOR)
  if (at < 0) return { model: text, words: null }
  const query = new URLSearchParams(text.slice(at + 1))
  const labels = splitLabels(query.get('candidate_labels') ?? '')
  return { model: text.slice(0, at), words: { labels, template: query.get('hypothesis_template') ?? DEFAULT_TEMPLATE } }
}

/** The parameters of a request for a choice. */
export function choiceQuery(choice: string): Record<string, string> {
  const { model, words } = parseChoice(choice)
  return { model, ...(words ? wordsQuery(words) : {}) }
}

function wordsQuery({ labels, template }: LabelWords): Record<string, string> {
  return {
    candidate_labels: joinLabels(labels),
    ...(template === DEFAULT_TEMPLATE ? {} : { hypothesis_template: template }),
  }
}
