import type { Classification } from '../contract/contract'

/** What a model says of a photo. */
export interface Opinion {
  /** Type or id. */
  model: string
  result: Classification
}

/** Models that give the same best label. */
export interface Camp {
  label: string
  models: string[]
}

/** The camps of some models, the largest first; of camps as large as each other the one with the higher score. */
export function camps(opinions: readonly Opinion[]): Camp[] {
  const byLabel = new Map<string, { models: string[]; score: number }>()
  for (const { model, result } of opinions) {
    const [best] = result.predictions
    if (!best) continue
    const camp = byLabel.get(best.label) ?? { models: [], score: 0 }
    byLabel.set(best.label, { models: [...camp.models, model], score: Math.max(camp.score, best.score) })
  }
  return [...byLabel]
    .sort(([, a], [, b]) => b.models.length - a.models.length || b.score - a.score)
    .map(([label, { models }]) => ({ label, models }))
}

/** A label and its score by each model, in the order of the opinions; null where it is not among a model's answers. */
export interface LabelScores {
  label: string
  scores: (number | null)[]
  /** From the lowest score to the highest; what is not among the answers counts as 0. */
  spread: number
}

/** The labels that any of the models puts first, and what each of them makes of these; the highest score first. */
export function labelScores(opinions: readonly Opinion[], firstOfEach: number, most: number): LabelScores[] {
  const labels = new Set(
    opinions.flatMap(({ result }) => result.predictions.slice(0, firstOfEach).map(({ label }) => label)),
  )
  const rows = [...labels].map((label) => {
    const scores = opinions.map(
      ({ result }) => result.predictions.find((prediction) => prediction.label === label)?.score ?? null,
    )
    const values = scores.map((score) => score ?? 0)
    return { label, scores, spread: Math.max(...values) - Math.min(...values), best: Math.max(...values) }
  })
  return rows
    .sort((a, b) => b.best - a.best)
    .slice(0, most)
    .map(({ label, scores, spread }) => ({ label, scores, spread }))
}
