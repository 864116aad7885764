import { PhotoCollector, type SkippedPhoto } from '@/lib/server/custom-models/collect-photos'
import type { Engine } from '@/lib/server/engine/types'
import type { Example } from '@/lib/shared/training/example'
import { examplesOf } from '@/lib/shared/training/folder/fit-examples'
import { Progress } from '../program/progress'
import type { LabeledPhoto } from './labeled-photos'
import type { PhotoFile } from './photo-files'

/** Photos in flight per worker: enough that no worker waits for the next one. */
const IN_FLIGHT = 4
/** A photo of the user's own disk may be as large as it likes. */
const MAX_BYTES = 1e9

/** A base model. */
export interface TrainingBase {
  id: string
  revision: string
  /** Length of its embeddings. */
  dimensions: number
  /** Number of its kinds. */
  kinds: number
}

export interface EmbeddedExamples {
  examples: Example[]
  skipped: SkippedPhoto[]
  files: readonly PhotoFile[]
}

/** Embeds labeled photos. Photos that can't be read are skipped, with the reason. */
export async function embedPhotos(
  engine: Engine,
  base: TrainingBase,
  photos: readonly LabeledPhoto[],
  { workers, signal, title }: { workers: number; signal: AbortSignal; title: string },
): Promise<EmbeddedExamples> {
  const progress = new Progress(title, photos.length)
  const collector = new PhotoCollector({
    engine,
    base: base.id,
    revision: base.revision,
    dimensions: base.dimensions,
    kinds: base.kinds,
    imageBytes: MAX_BYTES,
    concurrency: IN_FLIGHT * workers,
    fetchPhoto: () => Promise.reject(new Error('photos are files')),
    onProgress: () => progress.add(1),
    signal,
  })
  for (const { file, read } of photos) {
    signal.throwIfAborted()
    await collector.add({ file }, await read())
  }
  await collector.finish()
  progress.end()
  const labelsBy = new Map(photos.map(({ file, labels }) => [file, labels]))
  const labeled = collector.photos.map((photo) => ({ photo, labels: labelsBy.get(photo.file) ?? [] }))
  return {
    examples: labeled.flatMap(({ photo: { file: _, ...features }, labels }) => examplesOf(features, labels)),
    skipped: collector.skipped,
    files: labeled.map(({ photo: { file, sha256 }, labels }) => ({ file, sha256, labels })),
  }
}
