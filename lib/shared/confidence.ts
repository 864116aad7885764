/** How sure an answer is, in words. `tone` tells pages how to colour it. */
export interface Confidence {
  words: string
  tone: 'sure' | 'uncertain'
}

const STEPS: readonly [least: number, words: string][] = [
  [0.9, 'Almost certainly'],
  [0.7, 'Very likely'],
  [0.5, 'Probably'],
  [0, 'Possibly'],
]

/** Words for the best score of an answer; an uncertain answer says so, whatever its score. */
export function confidence(score: number, uncertain: boolean): Confidence {
  if (uncertain) return { words: 'Not sure, perhaps', tone: 'uncertain' }
  const [, words] = STEPS.find(([least]) => score >= least) ?? [0, 'Possibly']
  return { words, tone: 'sure' }
}
