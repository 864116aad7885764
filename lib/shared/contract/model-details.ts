import type { Interval } from '../metrics/calibration'
import type { ModelInfo } from './contract'
import type { VoteSummary } from './feedback'

/** Results of a model's published evaluation. Shares are fractions. */
export interface EvaluationSummary {
  dataset: string
  images: number
  top1: number
  top1_interval: Interval
  top5: number
  ece: number
  ece_of_perfect: Interval
  uncertain: number
}

/** Everything to know about a model before trusting it. */
export interface ModelDetails extends ModelInfo {
  /** Votes on this revision; null if there are none, or feedback is off. */
  votes: VoteSummary | null
  /** Top-1 accuracy as published by its authors; `photos`: how many it was measured on, if that is known. */
  published: { value: number; source: string; photos: number | null } | null
  evaluation: EvaluationSummary | null
  source: string | null
  limits: string | null
  /** Whether results can be uncertain: only if limits were measured for this model. */
  knowsDoubt: boolean
}
