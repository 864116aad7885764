import { Problem } from '@/lib/shared/problems/problem'
import type { Model } from './model'

/** @throws Problem `invalid_parameter` if a model has no labels until a request names them */
export function requireLabels({ id, text }: Pick<Model, 'id' | 'text'>): void {
  if (text !== null) throw noLabels(id)
}

/** The problem of a request without labels to a model of photos and texts. */
export function noLabels(id: string): Problem {
  return new Problem(
    'invalid_parameter',
    `The model ${id} has no labels of its own. Send yours as candidate_labels, such as candidate_labels=cat,dog, or save them as a model.`,
  )
}

/** The problem of a request with labels or other texts to any other model. */
export function takesNoTexts(id: string): Problem {
  return new Problem(
    'invalid_parameter',
    `The model ${id} only knows its own labels. Labels in words and other texts need a text-image model, such as CLIP.`,
  )
}
