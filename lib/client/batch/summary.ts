import type { ResultRow } from '@/lib/shared/results/columns'
import type { BatchItem } from './items'

/** The number of photos in a confidence range. */
export interface ConfidenceBin {
  /** Lower bound, in percent. */
  from: number
  certain: number
  uncertain: number
}

/** Percent. */
export const CONFIDENCE_STEP = 10
const BINS = 100 / CONFIDENCE_STEP

/** Top labels, or all that apply, and their photo counts, most frequent first. */
export function labelCounts(items: readonly BatchItem[]): [label: string, photos: number][] {
  const counts = new Map<string, number>()
  for (const { row } of items) {
    for (const label of labelsOf(row)) counts.set(label, (counts.get(label) ?? 0) + 1)
  }
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
}

/** The label of a photo, or all that apply. */
export function labelsOf(row: ResultRow | null): readonly string[] {
  return row?.labels ?? (row?.label ? [row.label] : [])
}

/** The confidence step that a result is in: its lower bound in percent; null without a score. */
export function confidenceStep(row: ResultRow | null): number | null {
  if (row?.score === null || row?.score === undefined) return null
  return CONFIDENCE_STEP * Math.min(BINS - 1, Math.floor(row.score * BINS))
}

/** The confidence distribution of the results, in steps of 10%. */
export function confidenceBins(items: readonly BatchItem[]): ConfidenceBin[] {
  const bins = Array.from({ length: BINS }, (_, index) => ({ from: index * CONFIDENCE_STEP, certain: 0, uncertain: 0 }))
  for (const { row } of items) {
    const bin = bins[(confidenceStep(row) ?? -1) / CONFIDENCE_STEP]
    if (bin) bin[row?.uncertain ? 'uncertain' : 'certain']++
  }
  return bins
}

const STEPS = [1, 1.2, 1.6, 2, 2.4, 3, 4, 5, 6, 8, 10]

/** The end of a scale for counts: a round number close above the highest, so that its half is a whole number. */
export function scaleEnd(most: number): number {
  if (most <= 1) return 1
  const power = 10 ** Math.floor(Math.log10(most))
  const ends = STEPS.map((step) => Math.round(step * power))
  return ends.find((end) => end >= most && end % 2 === 0) ?? 10 * power
}
