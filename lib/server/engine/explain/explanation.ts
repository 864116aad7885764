import type { Explanation } from '@/lib/shared/contract/explain'
import { CELLS } from '@/lib/shared/explain/masks'
import { Problem } from '@/lib/shared/problems/problem'
import { type Model, modelRef } from '../model'
import type { PhotoResult } from '../protocol'
import type { ExplainOptions } from '../types'
import type { Attribution } from './run-masks'

/**
 * Finds the output index of a label by name, or else by index. `#7` is always an index, even if a label is named 7.
 *
 * @param choices what the label can be, for the problem's detail
 * @throws Problem `invalid_parameter`, also if several labels have that name
 */
export function labelIndex(
  { id, labels, background }: Pick<Model, 'id' | 'labels' | 'background'>,
  label: string,
  choices = `one of its names or an index; GET /api/models/${id}/labels lists them`,
): number {
  const matches = labels.flatMap((each, index) => (each === label && index !== background ? index : []))
  const [first, ...others] = matches
  if (first !== undefined && others.length === 0) return first
  if (first !== undefined) {
    throw new Problem(
      'invalid_parameter',
      `label “${label}” is ambiguous: ${id} has several labels of that name. Use one of ${matches.map((index) => `#${index}`).join(', ')}.`,
    )
  }
  const number = /^#?(\d{1,9})$/.exec(label)?.[1]
  if (number !== undefined && Number(number) < labels.length && Number(number) !== background) return Number(number)
  throw new Problem('invalid_parameter', `${id} has no label “${label}”. Set label to ${choices}.`)
}

/** Converts an attribution to the API contract. */
export function toExplanation(
  model: Model,
  { image, area }: PhotoResult,
  { index, score, values, runs, runMs }: Attribution,
  { method, requestId, totalMs }: ExplainOptions & { totalMs: number },
): Explanation {
  const size = { width: image.width, height: image.height }
  return {
    request_id: requestId ?? '',
    model: modelRef(model),
    label: { label: model.labels[index] ?? String(index), index, score },
    method,
    grid: { width: CELLS, height: CELLS, values },
    area,
    image: size,
    runs,
    timings: { run_ms: runMs, total_ms: totalMs },
  }
}
