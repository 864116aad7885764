import type { TrainingSession } from '@/lib/client/training/session'
import { isLabeled, type TrainingPhoto, type TrainingSnapshot } from '@/lib/client/training/types'

/** How many photos have a label, wait for one, were put off, and couldn't be read. */
export function progressOf(session: TrainingSession, { photos, multiLabel }: TrainingSnapshot) {
  const counts = { labeled: 0, left: 0, skipped: 0, failed: 0, reading: 0 }
  // Where a photo may have several labels, it is there once for each.
  const nameOf = (id: number) => (multiLabel ? session.embeddingOf(id)?.sha256 : undefined) ?? id
  counts.labeled = new Set(photos.filter(isLabeled).map(({ id }) => nameOf(id))).size
  for (const photo of photos.filter((one) => !isLabeled(one))) {
    counts[stepOf(photo)]++
    if (stepOf(photo) === 'left' && photo.state !== 'ready') counts.reading++
  }
  return counts
}

function stepOf(photo: TrainingPhoto): 'failed' | 'skipped' | 'left' {
  if (photo.state === 'failed') return 'failed'
  return photo.skipped ? 'skipped' : 'left'
}
