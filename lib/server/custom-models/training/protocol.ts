import type { ProblemCode } from '@/lib/shared/problems/problem'
import type { Evaluation } from '../evaluation'

/** Messages between a server and a training process. Everything large is in files. */

export interface TrainingTask {
  /** A file of examples, to read. */
  examples: string
  /** `head.safetensors`, to write. */
  head: string
  /** For a model whose labels are words: their rows as the file of a head, to read, and the labels. */
  words?: { file: string; labels: readonly string[] }
}

export type FromTrainer =
  /** The share that is done, from 0 to 1. */
  | { kind: 'progress'; done: number }
  | { kind: 'done'; evaluation: Evaluation }
  | { kind: 'failed'; code: ProblemCode; detail: string }
