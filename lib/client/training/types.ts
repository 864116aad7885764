import type { Interval } from '@/lib/shared/metrics/calibration'
import type { Head } from '@/lib/shared/training/head'
import type { LearningCurve } from '@/lib/shared/training/learning-curve'
import type { LabelNeed } from '@/lib/shared/training/suggestions'
import type { Failure } from '../api/failure'

export interface TrainingLabel {
  readonly id: number
  readonly name: string
}

/**
 * A photo is `waiting` for its embedding, `reading` while it is sent, `ready` to be trained on or to be labeled, or `failed`.
 */
export type ExampleState = 'waiting' | 'reading' | 'ready' | 'failed'

/** In place of the ID of a label, for a photo that has none of the labels. IDs begin with 1. */
export const NONE = 0

export interface TrainingPhoto {
  readonly id: number
  /** ID of its label; `NONE` for none of the labels; null until the visitor says which one it has. */
  readonly label: number | null
  readonly name: string
  /** Including the folders that it was added with. */
  readonly path: string
  readonly state: ExampleState
  readonly failure: Failure | null
  /** Whether the visitor said that the label is right, so that it is no longer questioned. */
  readonly confirmed: boolean
  /** Whether the visitor put off the decision about its label. */
  readonly skipped: boolean
}

/** What a photo's embedding is, and of which photo. */
export interface Embedded {
  embedding: Float32Array
  /** Scores of the kinds that the base model knows; null if it knows none, undefined if an earlier version kept it. */
  kinds: Float32Array | null | undefined
  /** SHA-256 of the photo, in hex. */
  sha256: string
  /** Revision of the base model. */
  revision: string
}

/** How a label was chosen for photos that weren't trained on, where a photo may have several. */
export interface HardLabel {
  label: string
  /** Photos that have it, and how many of them it was missed for. */
  photos: number
  missed: number
  /** Photos that don't have it, for which it was chosen. */
  wrong: number
}

/** What training found out. Photos are named by their IDs. */
export interface TrainedModel {
  head: Head
  /** Photos that were trained on. */
  photos: number
  /** Accuracy on photos that weren't trained on, in cross-validation; null if no photo could be held out. */
  accuracy: { share: number; interval: Interval; photos: number } | null
  /** The same for several labels a photo: mean average precision and F1. The interval is null for few photos. */
  multiLabel: {
    map: number
    interval: Interval | null
    micro: number
    macro: number
    photos: number
    /** Labels with mistakes, the lowest F1 first. */
    hard: readonly HardLabel[]
  } | null
  curve: LearningCurve | null
  needs: readonly LabelNeed[]
  mistakes: readonly { photo: number; label: string; predicted: string; score: number }[]
  suspicious: readonly { photo: number; label: string; looksLike: string }[]
  /** Where a photo may have several labels: those that look wrong, or missing (`has`: false). */
  doubtful: readonly { photo: number; label: string; has: boolean }[]
  copies: readonly { photos: readonly number[]; labels: readonly string[] }[]
}

/** A model on the server that the draft was saved as, or comes from. */
export interface SavedReference {
  readonly id: string
  readonly title: string
  readonly revision: string
}

/** Why training isn't possible yet: fewer than two labels with photos, or what the arithmetic said. */
type TrainingFault = { reason: 'few_labels' } | { reason: 'failed'; detail: string }

export interface TrainingSnapshot {
  /** Whether photos from before a reload are still being restored. */
  readonly restoring: boolean
  /** Whether another tab of this browser has the draft. */
  readonly elsewhere: boolean
  /** Type or ID of the base model. */
  readonly base: string
  readonly labels: readonly TrainingLabel[]
  /** Whether a photo may have several labels, or none. Then a photo is there once for each of its labels. */
  readonly multiLabel: boolean
  /** Whether a labels file with several labels a photo switched that on. */
  readonly multiLabelFound: boolean
  readonly photos: readonly TrainingPhoto[]
  readonly leftOut: { readonly notPhotos: number; readonly known: number; readonly tooMany: number }
  /** Whether photos wait for a server that doesn't respond. */
  readonly serverAway: boolean
  /** Whether the model is being trained with the latest photos. */
  readonly training: boolean
  readonly model: TrainedModel | null
  readonly fault: TrainingFault | null
  readonly saved: SavedReference | null
  /** Whether photos or labels changed since the last save. */
  readonly changed: boolean
  /** What the last removal took away, which can be undone. */
  readonly removed: { readonly photos: readonly TrainingPhoto[]; readonly label: TrainingLabel | null } | null
  /** Whether this browser keeps photos: private windows don't, and storage may be full. */
  readonly kept: boolean
}

/** A photo whose label is known. */
export type LabeledPhoto = TrainingPhoto & { readonly label: number }

export const isLabeled = (photo: TrainingPhoto): photo is LabeledPhoto => photo.label !== null
