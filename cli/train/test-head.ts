import type { Engine } from '@/lib/server/engine/types'
import { wilson } from '@/lib/shared/metrics/classification'
import type { BaseFeatures } from '@/lib/shared/training/example'
import { embedPhotos, type TrainingBase } from './embed-photos'
import type { LabeledPhoto } from './labeled-photos'

/** How a model does on photos that it never saw. */
export interface TestResult {
  photos: number
  top1: number
  top1_interval: readonly [number, number]
  /** Photos with a label that the model doesn't have. */
  unknown: number
  skipped: number
}

/** Tests a head on labeled photos. */
export async function testHead(
  engine: Engine,
  base: TrainingBase,
  { labels, score }: { labels: readonly string[]; score: (photo: BaseFeatures) => { logits: Float32Array } },
  photos: readonly LabeledPhoto[],
  run: { workers: number; signal: AbortSignal },
): Promise<TestResult> {
  const known = photos.filter(({ label }) => labels.includes(label))
  const { examples, skipped } = await embedPhotos(engine, base, known, { ...run, title: 'testing' })
  const right = examples.filter((photo) => {
    const { logits } = score(photo)
    return labels[logits.indexOf(Math.max(...logits))] === photo.label
  }).length
  return {
    photos: examples.length,
    top1: examples.length === 0 ? 0 : right / examples.length,
    top1_interval: wilson(right, examples.length),
    unknown: photos.length - known.length,
    skipped: skipped.length,
  }
}
