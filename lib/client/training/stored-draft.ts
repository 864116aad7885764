import type { Embedded, SavedReference, TrainingLabel, TrainingPhoto } from './types'

/** A photo as it is stored. */
export interface StoredPhoto
  extends Pick<TrainingPhoto, 'id' | 'label' | 'name' | 'confirmed'>,
    // Earlier versions didn't keep these.
    Partial<Pick<TrainingPhoto, 'path' | 'skipped'>> {
  /** Null for a photo of a saved model that this browser never had. */
  file: Blob | null
  embedded: Embedded | null
}

/** Everything but the photos. */
export interface StoredDraft {
  base: string
  labels: readonly TrainingLabel[]
  /** Earlier versions didn't have it. */
  multiLabel?: boolean
  saved: SavedReference | null
  changed: boolean
}

/** What this browser keeps. */
export interface Stored {
  /** Absent before the first label. */
  draft: StoredDraft | undefined
  photos: StoredPhoto[]
  /** Photos without a label, as an earlier version kept them. */
  unsorted: readonly File[]
}
