import { ece, type Interval, reliability } from '../metrics/calibration'
import { confusions, wilson } from '../metrics/classification'
import { type Evaluation, shownClasses } from '../metrics/evaluation'
import type { HeldOutResult } from './held-out-results'

/** How good a trained model is, in the terms of `vision eval`. Measured on photos that weren't trained on. */
export interface TrainingReport extends Pick<Evaluation, 'top1' | 'ece' | 'reliability' | 'classes' | 'confusions'> {
  /** Photos that were held out. */
  photos: number
  /** The 95% interval of the accuracy on other photos of the same kind. */
  top1_interval: Interval
}

/** @returns null without held-out photos */
export function trainingReport(results: readonly HeldOutResult[]): TrainingReport | null {
  if (results.length === 0) return null
  const right = results.filter(({ truth, predicted }) => truth === predicted).length
  const scored = results.map(({ truth, predicted, score }) => ({ score, right: truth === predicted }))
  return {
    photos: results.length,
    top1: right / results.length,
    top1_interval: wilson(right, results.length),
    ece: ece(scored),
    reliability: reliability(scored),
    classes: shownClasses(results),
    confusions: confusions(results),
  }
}
