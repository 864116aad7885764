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

/** How a custom model was trained. */
export interface TrainingSummary {
  /** Photos that it was trained on. */
  examples: number
  /** Share that cross-validation recognized, of so many photos; null if none could be held out. */
  accuracy: { top1: number; interval: Interval; photos: number } | null
  /** The same for a model of which several labels may apply: mean average precision and F1. */
  multiLabel: { map: number; micro_f1: number; macro_f1: number; photos: number } | null
  /** What it is for, in its maker's words. */
  purpose: string | null
}

/** Everything to know about a model before trusting it. */
export interface ModelDetails extends ModelInfo {
  /** Votes on this revision; null if there are none, or feedback is off. */
  votes: VoteSummary | null
  /** Top-1 accuracy as published by its authors; `photos`: how many it was measured on, if that is known. */
  published: { value: number; source: string; photos: number | null } | null
  evaluation: EvaluationSummary | null
  /** Null for a model that wasn't trained here. */
  training: TrainingSummary | null
  source: string | null
  limits: string | null
  /** Whether results can be uncertain: only if limits were measured for this model. */
  knowsDoubt: boolean
}
