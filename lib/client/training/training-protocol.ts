import type { TrainedModel } from './types'

/** What the page sends to the worker that trains. */
export type ToTrainingWorker =
  /** New embeddings, by the photos' IDs. */
  | { kind: 'add'; id: number; sha256: string; embedding: Float32Array; kinds: Float32Array | null }
  | { kind: 'forget'; ids: readonly number[] }
  /** Trains with these photos, and stops what it was training before. */
  | { kind: 'train'; run: number; photos: readonly { id: number; label: string }[] }

/** What it responds: first the model, then the same one with its learning curve. */
export type FromTrainingWorker =
  | { run: number; model: TrainedModel; complete: boolean }
  | { run: number; fault: string }
