import { activate } from '@/lib/shared/metrics/activation'
import { countSelected } from '@/lib/shared/metrics/multi-label'
import { topK } from '@/lib/shared/metrics/scores'
import { multiLabelUncertainty, uncertainty } from '@/lib/shared/metrics/uncertainty'
import type { PhotoResult } from '../protocol'
import type { Scorer, Scores } from './scorer'

interface Wanted {
  /** Number of predictions. */
  count: number
  /** Whether there are more of them if more labels apply. */
  allSelected: boolean
}

type Interpreted = Pick<PhotoResult, 'top' | 'uncertain'>

/** The best labels of a photo, and why the result is uncertain. */
export function interpret(
  photo: Scores,
  wanted: Wanted,
  scorer: Pick<Scorer, 'temperature' | 'activation' | 'uncertainty' | 'multiLabel' | 'background'>,
): Interpreted {
  const { temperature, activation, uncertainty: rule, multiLabel, background } = scorer
  const { logits, likeness } = photo
  const scores = activate(logits, temperature, activation)
  if (multiLabel !== null) {
    const count = wanted.allSelected ? Math.max(wanted.count, countSelected(scores, multiLabel)) : wanted.count
    return { top: topK(scores, count), uncertain: multiLabelUncertainty(scores, multiLabel, rule, likeness) }
  }
  // The margin needs the second-best score, whatever the caller requested.
  const best = topK(scores, Math.max(2, wanted.count), background)
  const [first = 0, second = 0] = best.map(({ score }) => score)
  const top = best.slice(0, wanted.count)
  if (background !== null && (scores[background] ?? 0) > first) return { top, uncertain: 'unlike_known' }
  return { top, uncertain: uncertainty(logits, [first, second], rule, likeness) }
}
