import { isLabeled, type TrainingPhoto } from '@/lib/client/training/types'

/** How many photos have a label, wait for one, were put off, and couldn't be read. */
export function progressOf(photos: readonly TrainingPhoto[]) {
  const counts = { labeled: 0, left: 0, skipped: 0, failed: 0, reading: 0 }
  for (const photo of photos) {
    if (isLabeled(photo)) counts.labeled++
    else if (photo.state === 'failed') counts.failed++
    else if (photo.skipped) counts.skipped++
    else {
      counts.left++
      if (photo.state !== 'ready') counts.reading++
    }
  }
  return counts
}
