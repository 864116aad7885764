import type { Head } from '@/lib/shared/training/head'
import type { TrainedModel } from './types'

/** Which photos to label next, or together. Photos are named by their IDs. */
export type LabelingQuestion =
  | {
      kind: 'next'
      candidates: readonly number[]
      /** Photos that have a label or were seen. */
      covered: readonly number[]
      /** Whether the model counts: not if labels were taken away since. */
      useModel: boolean
      count: number
    }
  /** Photos that are most like one, and get the same label by the model. */
  | { kind: 'similar'; to: number; candidates: readonly number[]; useModel: boolean; count: number }

export interface LabelingAnswer {
  ids: readonly number[]
  /** Guesses the labels of photos without one, from which it has learned, too. Null without a model. */
  guesser: Head | null
}

/** What the page sends to the worker that trains. */
export type ToTrainingWorker =
  /** New embeddings, by the photos' IDs. */
  | { kind: 'add'; id: number; sha256: string; embedding: Float32Array; kinds: Float32Array | null }
  | { kind: 'forget'; ids: readonly number[] }
  /** Trains with these photos, and stops what it was training before. */
  | { kind: 'train'; run: number; photos: readonly { id: number; label: string }[]; multiLabel: boolean }
  /** Answered after the questions before it. */
  | { kind: 'ask'; number: number; question: LabelingQuestion }

/** What it responds: first the model, then the same one with its learning curve. */
export type FromTrainingWorker =
  | { run: number; model: TrainedModel; complete: boolean }
  | { run: number; fault: string }
  | ({ number: number } & LabelingAnswer)
