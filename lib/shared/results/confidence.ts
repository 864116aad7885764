/** Confidence level of a result. The pages have words for each level. */
export type ConfidenceLevel = 'certain' | 'likely' | 'probable' | 'possible' | 'uncertain' | 'unrecognized'

const STEPS: readonly [least: number, level: ConfidenceLevel][] = [
  [0.9, 'certain'],
  [0.7, 'likely'],
  [0.5, 'probable'],
]

/**
 * Uncertain results with a calibrated score below this say nothing about the photo. With the three models that ship, a
 * third of the images of things outside the labels are below it, but only 1 % of the photos of known things, of which one
 * in eight is right; just above it, four in ten are. Measured in models/build/README.md.
 */
export const RECOGNIZED_FROM = 0.25

/**
 * The level for the best score. Uncertain results have their own levels, and only a calibrated score can be so low that
 * the photo counts as not recognized.
 */
export function confidence(score: number, uncertain: boolean, calibrated: boolean): ConfidenceLevel {
  if (uncertain) return calibrated && score < RECOGNIZED_FROM ? 'unrecognized' : 'uncertain'
  return STEPS.find(([least]) => score >= least)?.[1] ?? 'possible'
}
