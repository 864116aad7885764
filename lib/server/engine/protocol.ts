import type { ExplainMethod } from '@/lib/shared/contract/explain'
import type { UncertainReason, UncertaintyRule } from '@/lib/shared/metrics/uncertainty'
import type { ProblemCode } from '@/lib/shared/problems/problem'
import type { FileStamp } from '../catalog/revision'
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
  /** The output with the scores; null where it is found by its shape. */
  output: string | null
  /** Whether it is held also where memory is scarce. */
  default: boolean
  /** Its files as they were when it was read: a worker that finds others does not serve them under that revision. */
  stamps: readonly FileStamp[]
}

/** A picture and the logits that a healthy machine gets from it. */
export interface SelfTest {
  picture: string
  logits: number[]
}

/** A photo to be answered. */
export interface PhotoJob {
  kind: 'photo'
  id: number
  model: string
  image: Uint8Array
  priority: Priority
  /** Predictions wanted; or `logits` for all the raw outputs, or `pixels` for these and what the model saw. */
  want: number | 'logits' | 'pixels'
  /** Whether to send back what the model saw as a picture. */
  preview: boolean
}

/** Runs of a picture that was prepared before, under some of a method's masks. */
export interface MaskJob {
  kind: 'masks'
  id: number
  model: string
  priority: Priority
  /** RGB uint8 [height × width × 3], as large as the model's input. */
  pixels: Uint8Array
  method: ExplainMethod
  first: number
  count: number
  /** The output whose score is asked for. */
  index: number
}

export type Job = PhotoJob | MaskJob

/** What a model saw, and how it was made of the photo. */
export interface ModelInputPreview {
  png: Uint8Array
  width: number
  height: number
  orientation: number
  geometry: Geometry
  interpolation: Interpolation
}

export interface PhotoResult {
  /** Best first: index in the model's output, probability. Empty where logits or pixels were asked for. */
  top: { index: number; score: number }[]
  uncertain: UncertainReason | null
  logits: Float32Array | null
  image: { width: number; height: number; format: string }
  preview: ModelInputPreview | null
  /** What went into the model, and how it was made of the photo; only where it was asked for. */
  input: { pixels: Uint8Array; geometry: Geometry } | null
  decodeMs: number
  runMs: number
}

export interface MaskResult {
  /** One a mask, in their order; fewer than asked for where the time was up. */
  scores: Float32Array
  runMs: number
}

export type JobResult = PhotoResult | MaskResult

export type ToWorker =
  /** `timeoutMs`: how long the decoding of a photo may take; `scarceMemory`: whether models that nobody asks for are let go of. */
  | { kind: 'load'; models: WorkerModel[]; maxPixels: number; timeoutMs: number; scarceMemory: boolean }
  | { kind: 'run'; job: Job }
  | { kind: 'cancel'; id: number }

export interface LoadReport {
  id: string
  error: string | null
  input: { width: number; height: number; channels: number; layout: string; type: string } | null
  /** The output that is read, and what its numbers are. */
  output: { name: string; scores: string } | null
  /** Whether files of it have changed since it was read. */
  changed: boolean
  /** How long a run took; null where none did. */
  runMs: number | null
}

export type FromWorker =
  | { kind: 'started' }
  /** Sent before each model, so that a crash while loading names the culprit. */
  | { kind: 'loading'; id: string }
  | { kind: 'loaded'; models: LoadReport[] }
  /** The model is run for this photo now; the others wait, or are decoded. */
  | { kind: 'running'; id: number }
  /** A decoding that does not end; nothing but the end of the process ends it. */
  | { kind: 'stuck'; id: number }
  | { kind: 'result'; id: number; result: JobResult; rss: number }
  | { kind: 'failed'; id: number; code: ProblemCode; detail: string; rss: number }
