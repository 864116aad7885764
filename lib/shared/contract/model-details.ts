import type { Interval } from '../metrics/calibration'
import type { ModelInfo } from './contract'
import type { VoteSummary } from './feedback'

/** Figures of a model's committed evaluation. Shares are fractions. */
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

/** All that a reader may want to know of a model before trusting it. */
export interface ModelDetails extends ModelInfo {
  /** What visitors say of this revision; null where none has voted, or none is asked. */
  votes: VoteSummary | null
  published: { value: number; source: string } | null
  evaluation: EvaluationSummary | null
  source: string | null
  limits: string | null
  /** Whether answers are ever called uncertain: only where somebody has measured when. */
  knowsDoubt: boolean
}
