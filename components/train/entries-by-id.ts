import type { TrainingSession } from '@/lib/client/training/session'
import type { TrainingPhoto } from '@/lib/client/training/types'

/** Finds the entries of photos by the ID of one: a photo is there once for each label where it may have several. */
export function entriesById(session: TrainingSession): (id: number) => readonly TrainingPhoto[] {
  const { photos, multiLabel } = session.snapshot()
  const keyOf = (id: number) => (multiLabel ? session.embeddingOf(id)?.sha256 : undefined) ?? id
  const entries = new Map<string | number, TrainingPhoto[]>()
  for (const photo of photos) {
    const others = entries.get(keyOf(photo.id))
    if (others) others.push(photo)
    else entries.set(keyOf(photo.id), [photo])
  }
  return (id) => entries.get(keyOf(id)) ?? []
}
