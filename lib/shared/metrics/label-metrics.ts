import type { ClassReport } from './classification'
import { DEFAULT_LABEL_THRESHOLD } from './multi-label'

/** Scores of photos that may have several labels, and which labels they have; both [photos × labels], row by row. */
export interface LabelScores {
  labels: number
  scores: Float64Array
  /** 1 where the photo has the label, else 0. */
  truth: Uint8Array
}

/** How well a model finds one label. */
interface LabelReport {
  index: number
  /** Photos that have the label. */
  support: number
  /** A label is selected where its score is at least this. */
  threshold: number
  /** Share of the photos with the label selected that have it; null if it was never selected. */
  precision: number | null
  /** Share of the photos that have it for which it was selected; null if there are none. */
  recall: number | null
  f1: number | null
  /** Whatever the threshold; null if no photo has the label. */
  average_precision: number | null
}

/** How well a model finds the labels of photos that may have several. Shares are from 0 to 1. */
export interface MultiLabelMetrics {
  /** Mean of the average precisions of the labels that photos have. */
  map: number
  /** F1 of all decisions together. */
  micro_f1: number
  /** Mean of the F1 of the labels that photos have. */
  macro_f1: number
  /** Share of the photos for which exactly their labels were selected. */
  exact: number
  /** Labels that photos have or that were selected, by index. */
  classes: LabelReport[]
}

/** The labels of a photo and those that were selected for it: indices, each once, in any order. */
export interface LabelSets {
  truth: readonly number[]
  selected: readonly number[]
}

/** How well a model selects the labels of photos, without the scores of the others. Shares are from 0 to 1. */
export interface LabelSetMetrics extends Pick<MultiLabelMetrics, 'micro_f1' | 'macro_f1'> {
  /** Labels that photos have or that were selected, by index. */
  classes: ClassReport[]
}

/** Photos with a label selected, by whether they have it. */
interface Counts {
  right: number
  selected: number
  support: number
}

/**
 * Average precision: the mean of the precisions at each photo that has the label, from the highest score down. Photos
 * with equal scores count together: scikit-learn's `average_precision_score`.
 *
 * @param scores of one label [photos]
 * @param truth 1 where the photo has the label [photos]
 * @returns null if no photo has it
 */
export function averagePrecision(scores: ArrayLike<number>, truth: ArrayLike<number>): number | null {
  let [seen, right, sum] = [0, 0, 0]
  for (const { photos, having } of byScore(scores, truth)) {
    seen += photos.length
    right += having
    sum += (having * right) / seen
  }
  return right === 0 ? null : sum / right
}

/** Photos of each distinct score, and how many of them have the label, from the highest score down. */
export function* byScore(scores: ArrayLike<number>, truth: ArrayLike<number>) {
  const order = Int32Array.from({ length: scores.length }, (_, at) => at)
  order.sort((a, b) => (scores[b] as number) - (scores[a] as number))
  for (let from = 0; from < order.length; ) {
    const score = scores[order[from] as number] as number
    let [to, having] = [from, 0]
    for (; to < order.length && scores[order[to] as number] === score; to++)
      having += truth[order[to] as number] as number
    yield { score, photos: order.subarray(from, to), having }
    from = to
  }
}

/**
 * The threshold with the largest F1, halfway between two scores: of equally good ones, that closest to 0.5. Source:
 * SCut in Yang, A Study on Thresholding Strategies for Text Categorization, SIGIR 2001; Lipton, Elkan and Naryanaswamy,
 * Optimal Thresholding of Classifiers to Maximize F1 Measure, ECML PKDD 2014, show that for calibrated scores it is half
 * of the F1 that it reaches. Scores must be of photos that the model didn't learn from: the threshold would be too high.
 *
 * @param scores of one label [photos]
 * @param truth 1 where the photo has the label [photos]
 * @returns 0.5 if no photo has the label
 */
export function bestThreshold(scores: ArrayLike<number>, truth: ArrayLike<number>): number {
  const groups = [...byScore(scores, truth)]
  const support = groups.reduce((sum, { having }) => sum + having, 0)
  if (support === 0) return DEFAULT_LABEL_THRESHOLD
  let [selected, right, best, threshold] = [0, 0, 0, DEFAULT_LABEL_THRESHOLD]
  for (const [at, { score, photos, having }] of groups.entries()) {
    selected += photos.length
    right += having
    const f1 = (2 * right) / (selected + support)
    const middle = (score + (groups[at + 1]?.score ?? 0)) / 2
    const closer = Math.abs(middle - DEFAULT_LABEL_THRESHOLD) < Math.abs(threshold - DEFAULT_LABEL_THRESHOLD)
    if (f1 > best || (f1 === best && closer)) [best, threshold] = [f1, middle]
  }
  return threshold
}

/** The best threshold of each label [labels]. */
export function bestThresholds({ labels, scores, truth }: LabelScores): number[] {
  return Array.from({ length: labels }, (_, label) =>
    bestThreshold(columnOf(scores, labels, label), columnOf(truth, labels, label)),
  )
}

/** A column of a table [rows × columns]. */
export function columnOf<T extends Float64Array | Uint8Array>(rows: T, columns: number, column: number): T {
  const out = rows.slice(0, rows.length / columns) as T
  for (let row = 0; row < out.length; row++) out[row] = rows[row * columns + column] as number
  return out
}

/**
 * Measures a model on photos that may have several labels: a label is selected where its score reaches its threshold.
 * Labels that no photo has count for none of the means over labels.
 *
 * @param thresholds [labels], or [photos × labels] if they differ by photo
 */
export function multiLabelMetrics(known: LabelScores, thresholds: ArrayLike<number>): MultiLabelMetrics {
  const { labels, scores, truth } = known
  const thresholdAt = (at: number) => thresholds[thresholds.length === labels ? at % labels : at] as number
  const counts = Array.from({ length: labels }, (): Counts => ({ right: 0, selected: 0, support: 0 }))
  let wrong = 0
  for (let from = 0; from < scores.length; from += labels) {
    let isExact = true
    for (let label = 0; label < labels; label++) {
      const [isSelected, isTrue] = [
        (scores[from + label] as number) >= thresholdAt(from + label),
        truth[from + label] === 1,
      ]
      addTo(counts[label] as Counts, isSelected, isTrue)
      isExact &&= isSelected === isTrue
    }
    if (!isExact) wrong++
  }
  const photos = labels === 0 ? 0 : scores.length / labels
  const all = counts.map((count, index) => reportOf(known, index, count, thresholdAt(index)))
  const having = all.filter(({ support }) => support > 0)
  return {
    map: mean(having.map(({ average_precision }) => average_precision ?? 0)),
    micro_f1: f1Of(counts.reduce(sumOf, { right: 0, selected: 0, support: 0 })) ?? 0,
    macro_f1: mean(having.map(({ f1 }) => f1 ?? 0)),
    exact: photos === 0 ? 0 : 1 - wrong / photos,
    classes: all.filter(({ support, precision }) => support > 0 || precision !== null),
  }
}

/** The figures of `multiLabelMetrics` that need only the labels that were selected, in time linear in these. */
export function labelSetMetrics(photos: Iterable<LabelSets>): LabelSetMetrics {
  const counts = new Map<number, Counts>()
  const countOf = (label: number) => {
    const count = counts.get(label) ?? { right: 0, selected: 0, support: 0 }
    counts.set(label, count)
    return count
  }
  for (const { truth, selected } of photos) {
    const wanted = new Set(truth)
    for (const label of wanted) countOf(label).support++
    for (const label of selected) {
      const count = countOf(label)
      count.selected++
      if (wanted.has(label)) count.right++
    }
  }
  const classes = [...counts]
    .sort(([a], [b]) => a - b)
    .map(([index, count]) => ({ index, support: count.support, ...sharesOf(count) }))
  return {
    micro_f1: f1Of([...counts.values()].reduce(sumOf, { right: 0, selected: 0, support: 0 })) ?? 0,
    macro_f1: mean(classes.filter(({ support }) => support > 0).map(({ f1 }) => f1 ?? 0)),
    classes,
  }
}

function addTo(count: Counts, isSelected: boolean, isTrue: boolean): void {
  if (isSelected) count.selected++
  if (isTrue) count.support++
  if (isSelected && isTrue) count.right++
}

function reportOf(
  { labels, scores, truth }: LabelScores,
  index: number,
  count: Counts,
  threshold: number,
): LabelReport {
  return {
    index,
    support: count.support,
    threshold,
    ...sharesOf(count),
    average_precision: averagePrecision(columnOf(scores, labels, index), columnOf(truth, labels, index)),
  }
}

function sharesOf(count: Counts): Pick<LabelReport, 'precision' | 'recall' | 'f1'> {
  const { right, selected, support } = count
  return {
    precision: selected > 0 ? right / selected : null,
    recall: support > 0 ? right / support : null,
    f1: f1Of(count),
  }
}

function f1Of({ right, selected, support }: Counts): number | null {
  return selected + support > 0 ? (2 * right) / (selected + support) : null
}

function sumOf(a: Counts, b: Counts): Counts {
  return { right: a.right + b.right, selected: a.selected + b.selected, support: a.support + b.support }
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length
}
