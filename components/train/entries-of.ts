import type { TrainingSession } from '@/lib/client/training/session'
import type { TrainingPhoto } from '@/lib/client/training/types'

/** A photo, which is there once for each of its labels where a photo may have several. */
export function entriesOf(session: TrainingSession, id: number): TrainingPhoto[] {
  const { photos, multiLabel } = session.snapshot()
  const sha256 = multiLabel ? session.embeddingOf(id)?.sha256 : undefined
  return photos.filter((photo) => photo.id === id || (sha256 && session.embeddingOf(photo.id)?.sha256 === sha256))
}
