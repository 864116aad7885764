import type { UncertainReason, UncertaintyRule } from '@/lib/shared/metrics/uncertainty'
import type { ProblemCode } from '@/lib/shared/problem'
import type { Geometry } from '../image/geometry'
import type { Interpolation, Preprocessor } from '../image/preprocessor'
import type { Priority } from './types'

/** What the engine and its worker processes say to each other. Sent with structured clone. */

export interface WorkerModel {
  id: string
  file: string
  preprocessor: Preprocessor
  /** Logits are divided by it before the softmax. */
  temperature: number
  classes: number
  /** Null where nobody has measured one. */
  uncertainty: UncertaintyRule | null
  selfTest: SelfTest | null
}

/** A picture and the logits that a healthy machine gets from it. */
export interface SelfTest {
  picture: string
  logits: number[]
}

export interface Job {
  id: number
  model: string
  image: Uint8Array
  priority: Priority
  /** Predictions wanted, or `logits` for all the raw outputs. */
  want: number | 'logits'
  /** Whether to send back what the model saw. */
  preview: boolean
}

/** What a model saw, and how it was made of the photo. */
export interface Seen {
  png: Uint8Array
  width: number
  height: number
  orientation: number
  geometry: Geometry
  interpolation: Interpolation
}

export interface Answer {
  /** Best first: index in the model's output, probability. Empty where logits were asked for. */
  top: { index: number; score: number }[]
  uncertain: UncertainReason | null
  logits: Float32Array | null
  image: { width: number; height: number; format: string }
  seen: Seen | null
  decodeMs: number
  runMs: number
}

export type ToWorker =
  | { kind: 'load'; models: WorkerModel[]; maxPixels: number }
  | { kind: 'run'; job: Job }
  | { kind: 'cancel'; id: number }

export interface LoadReport {
  id: string
  error: string | null
  input: { width: number; height: number } | null
}

export type FromWorker =
  | { kind: 'started' }
  /** Sent before each model, so that a crash while loading names the culprit. */
  | { kind: 'loading'; id: string }
  | { kind: 'loaded'; models: LoadReport[] }
  | { kind: 'answer'; id: number; answer: Answer; rss: number }
  | { kind: 'failed'; id: number; code: ProblemCode; detail: string; rss: number }
