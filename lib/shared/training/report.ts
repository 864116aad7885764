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
    top1_interval: accuracyInterval(right, results.length),
    ece: ece(scored),
    reliability: reliability(scored),
    classes: shownClasses(results),
    confusions: confusions(results),
  }
}

/**
 * Errors of the final model as a share of those in cross-validation: it trains on all photos instead of four fifths, and
 * errors fall about with the square root of the photos.
 */
const REMAINING_ERRORS = Math.sqrt(0.8)

/**
 * Wilson's 95% interval, whose upper end allows for the photos that cross-validation holds back. The plain interval is
 * too low too often: docs/train.md has the measured coverage of both.
 */
function accuracyInterval(right: number, total: number): Interval {
  const expected = total - (total - right) * REMAINING_ERRORS
  return [wilson(right, total)[0], wilson(expected, total)[1]]
}
