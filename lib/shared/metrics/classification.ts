/** How well a model distinguishes one class from the others. */
export interface ClassReport {
  index: number
  /** Photos of the class. */
  support: number
  /** Share of the predictions of this label that are right; null if it was never predicted. */
  precision: number | null
  /** Share of its photos that got this label; null if there are none. */
  recall: number | null
  f1: number | null
}

/** One photo: its true class and the predicted one. */
export interface Outcome {
  truth: number
  predicted: number
}

/** Precision, recall and F1 of every class that is true or predicted for a photo, by index. */
export function classReports(outcomes: readonly Outcome[]): ClassReport[] {
  const counts = new Map<number, { support: number; answered: number; right: number }>()
  const of = (index: number) => {
    const found = counts.get(index) ?? { support: 0, answered: 0, right: 0 }
    counts.set(index, found)
    return found
  }
  for (const { truth, predicted } of outcomes) {
    of(truth).support++
    of(predicted).answered++
    if (truth === predicted) of(truth).right++
  }
  return [...counts]
    .map(([index, { support, answered, right }]) => ({
      index,
      support,
      precision: answered > 0 ? right / answered : null,
      recall: support > 0 ? right / support : null,
      f1: answered + support > 0 ? (2 * right) / (answered + support) : null,
    }))
    .sort((a, b) => a.index - b.index)
}

/** Confusion counts: [truth, predicted, photos], sorted by truth and then by photos. */
export function confusions(outcomes: readonly Outcome[]): [truth: number, predicted: number, photos: number][] {
  const counts = new Map<number, Map<number, number>>()
  for (const { truth, predicted } of outcomes) {
    const row = counts.get(truth) ?? new Map<number, number>()
    row.set(predicted, (row.get(predicted) ?? 0) + 1)
    counts.set(truth, row)
  }
  return [...counts]
    .sort(([a], [b]) => a - b)
    .flatMap(([truth, row]) =>
      [...row]
        .sort((a, b) => b[1] - a[1])
        .map(([predicted, photos]): [number, number, number] => [truth, predicted, photos]),
    )
}

/** Wilson's 95 % interval of a proportion. */
export function wilson(successes: number, total: number): [low: number, high: number] {
  if (total === 0) return [0, 1]
  const z = 1.96
  const share = successes / total
  const centre = share + (z * z) / (2 * total)
  const spread = z * Math.sqrt((share * (1 - share)) / total + (z * z) / (4 * total * total))
  const scale = 1 + (z * z) / total
  return [Math.max(0, (centre - spread) / scale), Math.min(1, (centre + spread) / scale)]
}
