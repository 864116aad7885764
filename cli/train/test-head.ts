import type { Engine } from '@/lib/server/engine/types'
import { activate } from '@/lib/shared/metrics/activation'
import type { Interval } from '@/lib/shared/metrics/calibration'
import { wilson } from '@/lib/shared/metrics/classification'
import { type MultiLabelMetrics, multiLabelMetrics } from '@/lib/shared/metrics/label-metrics'
import { mapInterval } from '@/lib/shared/metrics/map-interval'
import { type BaseFeatures, NO_LABEL } from '@/lib/shared/training/example'
import { photosOf } from '@/lib/shared/training/multi-label/photo-set'
import { embedPhotos, type TrainingBase } from './embed-photos'
import type { LabeledPhoto } from './labeled-photos'

/** How a model does on photos that it never saw: the accuracy, or figures of several labels a photo. */
export type TestResult = {
  photos: number
  /** Photos with a label that the model doesn't have. */
  unknown: number
  skipped: number
} & (
  | { top1: number; top1_interval: readonly [number, number] }
  | (Omit<MultiLabelMetrics, 'classes'> & { map_interval: Interval | null })
)

/** A head that is tested. */
interface TestedHead {
  labels: readonly string[]
  /** Set if a photo may have several labels, or none. */
  thresholds: readonly number[] | undefined
  score: (photo: BaseFeatures) => { logits: Float32Array }
}

/** Tests a head on labeled photos. */
export async function testHead(
  engine: Engine,
  base: TrainingBase,
  head: TestedHead,
  photos: readonly LabeledPhoto[],
  run: { workers: number; signal: AbortSignal },
): Promise<TestResult> {
  const known = photos.filter((photo) => photo.labels.every((label) => head.labels.includes(label)))
  const { examples, skipped } = await embedPhotos(engine, base, known, { ...run, title: 'testing' })
  const counts = { unknown: photos.length - known.length, skipped: skipped.length }
  if (head.thresholds !== undefined) return { ...counts, ...testSets(head, head.thresholds, examples) }
  const right = examples.filter((photo) => {
    const { logits } = head.score(photo)
    return head.labels[logits.indexOf(Math.max(...logits))] === photo.label
  }).length
  return {
    photos: examples.length,
    top1: examples.length === 0 ? 0 : right / examples.length,
    top1_interval: wilson(right, examples.length),
    ...counts,
  }
}

function testSets(
  { labels, score }: TestedHead,
  thresholds: readonly number[],
  examples: Parameters<typeof photosOf>[0],
) {
  const photos = photosOf(examples.filter(({ label }) => label === NO_LABEL || labels.includes(label)))
  const scores = photos.flatMap(({ example }) => [...activate(score(example).logits, 1, 'sigmoid')])
  const truth = photos.flatMap((photo) => labels.map((label) => Number(photo.labels.has(label))))
  const known = { labels: labels.length, scores: Float64Array.from(scores), truth: Uint8Array.from(truth) }
  const { classes: _classes, ...metrics } = multiLabelMetrics(known, thresholds)
  return { photos: photos.length, ...metrics, map_interval: mapInterval(known) }
}
