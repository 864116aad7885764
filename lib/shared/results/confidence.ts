/** Confidence level of a result. The pages have words for each level. */
export type ConfidenceLevel = 'certain' | 'likely' | 'probable' | 'possible' | 'uncertain'

const STEPS: readonly [least: number, level: ConfidenceLevel][] = [
  [0.9, 'certain'],
  [0.7, 'likely'],
  [0.5, 'probable'],
]

/** The level for the best score; uncertain results have their own level regardless of score. */
export function confidence(score: number, uncertain: boolean): ConfidenceLevel {
  if (uncertain) return 'uncertain'
  return STEPS.find(([least]) => score >= least)?.[1] ?? 'possible'
}
