import type { CheckReport, PhotoCheck } from '@/lib/shared/contract/check'
import { checkPhotos } from '@/lib/shared/dataset-check/check'
import { CheckedPhotos } from '@/lib/shared/dataset-check/checked-photos'
import { type KnownLabels, labelsOf } from '@/lib/shared/dataset-check/known-labels'
import { fromRowTraits } from '@/lib/shared/dataset-check/row-traits'
import type { ResultRow } from '@/lib/shared/results/columns'
import { runWork, type WorkOptions } from '@/lib/shared/training/work'
import { fromBase64 } from '../../embeddings/vector'

/** So many embeddings of 1,280 dimensions take 256 MB, and a check hours. */
export const MAX_CHECKED = 200_000

export interface RowsToCheck {
  /** In the order of the photos. Rows without traits, such as failed ones, are left out. */
  rows: AsyncIterable<ResultRow> | Iterable<ResultRow>
  /** Not fewer than there are rows. */
  count: number
  known: KnownLabels
}

export interface Checked {
  /** The photos, and their embeddings to search in. */
  photos: CheckedPhotos
  /** What was found, in the order of the photos. */
  checks: PhotoCheck[]
  report: CheckReport
}

/**
 * Reads the photos of a batch.
 *
 * @throws RangeError if there is no memory for so many
 */
async function photosOfRows({ rows, count, known }: RowsToCheck): Promise<CheckedPhotos> {
  let photos: CheckedPhotos | undefined
  let position = 0
  for await (const { index = position, file, sha256, width, height, bytes, embedding, kinds, traits } of rows) {
    position++
    if (!embedding || !traits) continue
    const values = fromBase64(embedding)
    photos ??= new CheckedPhotos(values.length, count, known.several !== null)
    photos.add(
      {
        index,
        file,
        sha256: sha256 ?? '',
        width: width ?? 0,
        height: height ?? 0,
        bytes: bytes ?? 0,
        labels: labelsOf(known, file),
        split: known.splits.get(file) ?? null,
        ...fromRowTraits(traits),
      },
      { embedding: values, kinds: kinds ? fromBase64(kinds) : null },
    )
  }
  return photos ?? new CheckedPhotos(0, 0)
}

/** Reads and checks the photos of a batch. @throws RangeError; the signal's reason */
export async function checkRows(
  input: RowsToCheck,
  { onProgress, ...options }: WorkOptions & { onProgress?(done: number): void } = {},
): Promise<Checked> {
  const photos = await photosOfRows(input)
  const { photos: checks, report } = await runWork(checkPhotos(photos, { onProgress }), options)
  return { photos, checks, report }
}
