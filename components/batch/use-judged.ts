import { useDeferredValue, useMemo } from 'react'
import type { BatchItem } from '@/lib/client/batch/items'
import type { LabelsFile } from '@/lib/client/batch/labels'
import { ownWord } from '@/lib/client/batch/own-word'
import type { BatchSnapshot } from '@/lib/client/batch/snapshot'
import type { Label } from '@/lib/shared/contract/contract'
import { labelFinder } from '@/lib/shared/labels-file/label-column'
import type { MatchedLabels } from '@/lib/shared/labels-file/match-labels'
import { evaluate, type GroundTruth, truthWords } from '@/lib/shared/metrics/evaluation'
import { judge } from '@/lib/shared/metrics/judge'
import { type AnyEvaluation, evaluateSets } from '@/lib/shared/metrics/set-evaluation'
import type { ResultRow } from '@/lib/shared/results/columns'
import { batchModelOf, useClasses } from './use-classes'
import { haveThresholds, useMatchedLabels } from './use-matched-labels'

/** Why the labels of a file can't be used as its columns were read. */
export type LabelsTrouble = 'no_columns' | 'no_photos' | 'no_known_labels'

/** A batch's photos next to the visitor's labels. */
interface JudgedPhotos {
  /** The photos; with usable labels, their rows have `truth` and `correct`. */
  items: readonly BatchItem[]
  labels: LabelsFile | null
  /** Whether rows have `truth` and `correct`. */
  labeled: boolean
  /** Null without labels, or while they are loading. */
  reading: MatchedLabels | null
  trouble: LabelsTrouble | null
  /** The classes of the model; null without labels, or while they are loading. */
  classes: readonly Label[] | null
  /** Whether the classes couldn't be loaded. */
  failed: boolean
  /** The visitor's limit for uncertain results; null for the model's own limits. */
  uncertainBelow: number | null
  /** What the labels say, as far as it is understood. */
  truth: GroundTruth | null
}

/** A batch's results next to the visitor's labels, and how good they are. */
export interface Judged extends JudgedPhotos {
  evaluation: AnyEvaluation | null
}

type LabeledBatch = Pick<BatchSnapshot, 'items' | 'labels' | 'job' | 'phase' | 'collecting' | 'device'>

/** Compares the results with the labels, applies the visitor's limit for uncertain results, and computes the figures. */
export function useJudged(batch: LabeledBatch): Judged {
  const photos = useJudgedPhotos(batch)
  const { items, truth, classes, labeled } = photos
  // Results arrive several times a second, and figures of thousands of photos take longer than a frame.
  const settled = useDeferredValue(items)
  const evaluation = useMemo(
    () =>
      truth && classes && labeled ? (truth.several ? evaluateSets : evaluate)(rowsOf(settled), truth, classes) : null,
    [truth, classes, labeled, settled],
  )
  return { ...photos, evaluation }
}

/** Compares the results with the labels, and applies the visitor's limit for uncertain results. */
export function useJudgedPhotos({ items, labels, job, phase, collecting, device }: LabeledBatch): JudgedPhotos {
  const { classes, failed } = useClasses(labels && batchModelOf(job), device !== null)
  const matched = useMatchedLabels(labels, items, classes)
  const reading = matched === 'no_columns' ? null : matched
  const meanings = labels?.choices.meanings
  const truth = useMemo<GroundTruth | null>(
    () =>
      reading &&
      classes && {
        ...reading,
        several: haveThresholds(classes),
        mapping: meanings && new Map(Object.entries(meanings)),
      },
    [reading, classes, meanings],
  )
  const known = useMemo(() => truth !== null && classes !== null && hasKnownLabel(truth, classes), [truth, classes])
  const allPhotosKnown = phase !== 'opening' && !collecting
  const trouble = matched === 'no_columns' ? matched : reading && allPhotosKnown ? troubleOf(reading, known) : null
  // Of several labels, the best one's score says little about the others.
  const uncertainBelow = truth?.several ? null : (labels?.choices.uncertainBelow ?? null)
  const change = useMemo(
    () => itemChange(truth && classes && known ? judgeItem(truth, classes) : null, uncertainBelow),
    [truth, classes, known, uncertainBelow],
  )
  const judged = useMemo(() => (change ? items.map(change) : items), [change, items])
  return { items: judged, labels, labeled: known, reading, trouble, classes, failed, truth, uncertainBelow }
}

function troubleOf({ labels }: MatchedLabels, known: boolean): LabelsTrouble | null {
  if (labels.size === 0) return 'no_photos'
  return known ? null : 'no_known_labels'
}

function hasKnownLabel(truth: GroundTruth, classes: readonly Label[]): boolean {
  const find = labelFinder(truth.kind, classes, truth.mapping)
  return [...new Set(truthWords(truth))].some((word) => 'index' in find(word))
}

function* rowsOf(items: readonly BatchItem[]): Generator<ResultRow> {
  for (const { row } of items) if (row) yield row
}

/** Adds the truth to a row, and the visitor's own word for it. The row keeps the model's label, as exports have it. */
function judgeItem(truth: GroundTruth, classes: readonly Label[]) {
  const judgeRow = judge(truth, classes)
  return (row: ResultRow): Pick<BatchItem, 'row' | 'ownWord'> => {
    const judged = judgeRow(row)
    const word = truth.kind === 'names' && !truth.several ? truth.labels.get(row.file) : undefined
    return {
      row: judged,
      ownWord: word === undefined || typeof judged.truth !== 'string' ? null : ownWord(word, judged.truth),
    }
  }
}

/** Changes the rows of items. An unchanged item stays the same object, so that its row isn't rendered again. */
function itemChange(
  judged: ((row: ResultRow) => Pick<BatchItem, 'row' | 'ownWord'>) | null,
  uncertainBelow: number | null,
): ((item: BatchItem) => BatchItem) | null {
  if (!judged && uncertainBelow === null) return null
  const cache = new WeakMap<BatchItem, BatchItem>()
  return (item) => {
    if (!item.row) return item
    const cached = cache.get(item)
    if (cached) return cached
    const changed = { ...item, ...judged?.(item.row) }
    const { row } = changed
    if (uncertainBelow !== null && row?.status === 'ok') {
      const uncertain = (row.score ?? 0) < uncertainBelow
      changed.row = { ...row, uncertain, uncertain_reason: uncertain ? 'low_score' : null }
    }
    cache.set(item, changed)
    return changed
  }
}
