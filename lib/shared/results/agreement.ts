import type { Classification } from '../contract/contract'
import { agreedOf } from './selected'

/** A model's result for a photo. */
export interface ModelResult {
  /** Type or id. */
  model: string
  result: Classification
}

/** Models with the same best label, or the same labels that apply. */
export interface AgreementGroup {
  label: string
  models: string[]
}

/** Groups models by their best label, or by all that apply, largest group first; equal groups by their highest score. */
export function agreementGroups(results: readonly ModelResult[]): AgreementGroup[] {
  const byLabel = new Map<string, { models: string[]; score: number }>()
  for (const { model, result } of results) {
    const [best] = result.predictions
    const label = agreedOf(result)
    if (!best || label === null) continue
    const camp = byLabel.get(label) ?? { models: [], score: 0 }
    byLabel.set(label, { models: [...camp.models, model], score: Math.max(camp.score, best.score) })
  }
  return [...byLabel]
    .sort(([, a], [, b]) => b.models.length - a.models.length || b.score - a.score)
    .map(([label, { models }]) => ({ label, models }))
}

/** A label and its score from each model, in the order of the results; null if it isn't among a model's predictions. */
export interface LabelScores {
  label: string
  scores: (number | null)[]
  /** Difference between the highest and lowest score; a missing score counts as 0. */
  spread: number
}

/** The labels that any model ranks first, with every model's score, highest score first. */
export function labelScores(results: readonly ModelResult[], firstOfEach: number, limit: number): LabelScores[] {
  const labels = new Set(
    results.flatMap(({ result }) => result.predictions.slice(0, firstOfEach).map(({ label }) => label)),
  )
  const rows = [...labels].map((label) => {
    const scores = results.map(
      ({ result }) => result.predictions.find((prediction) => prediction.label === label)?.score ?? null,
    )
    const values = scores.map((score) => score ?? 0)
    return { label, scores, spread: Math.max(...values) - Math.min(...values), best: Math.max(...values) }
  })
  return rows
    .sort((a, b) => b.best - a.best)
    .slice(0, limit)
    .map(({ label, scores, spread }) => ({ label, scores, spread }))
}
