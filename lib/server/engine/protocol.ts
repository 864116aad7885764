import type { ExplainMethod } from '@/lib/shared/contract/explain'
import type { Area } from '@/lib/shared/crop/crop'
import type { PhotoTraits } from '@/lib/shared/dataset-check/photo-traits'
import type { Geometry } from '@/lib/shared/image/geometry'
import type { Interpolation, Preprocessor } from '@/lib/shared/image/preprocessor'
import type { TensorFormat } from '@/lib/shared/image/tensor'
import type { KindMembers } from '@/lib/shared/inference/kind-scores'
import type { ScoreKind } from '@/lib/shared/inference/read-logits'
import type { Activation } from '@/lib/shared/metrics/activation'
import type { MultiLabelRule } from '@/lib/shared/metrics/multi-label'
import type { UncertainReason, UncertaintyRule } from '@/lib/shared/metrics/uncertainty'
import type { ProblemCode } from '@/lib/shared/problems/problem'
import type { HeadKind } from '@/lib/shared/training/folder/custom-config'
import type { FileStamp } from '../catalog/revision'
import type { Provider } from './provider'
import type { TextSide } from './text-side'
import type { Priority } from './types'

/** Messages between the engine and its worker processes, sent by structured clone. */

export interface WorkerModel {
  id: string
  file: string
  preprocessor: Preprocessor
  /** Logits are divided by this before the softmax. */
  temperature: number
  /** The number of outputs. */
  classes: number
  activation: Activation
  /** Set for a model of which any number of labels may apply. */
  multiLabel: MultiLabelRule | null
  /** The output that stands for none of the labels; null if there is none. */
  background: number | null
  /** Null if no limits have been measured. */
  uncertainty: UncertaintyRule | null
  selfTest: SelfTest | null
  /** The output with the scores; null if it is detected from its shape. */
  output: string | null
  /** Set for a model of photos and texts: it has embeddings but no scores. */
  text: TextSide | null
  /** Whether it stays loaded when memory is scarce. */
  default: boolean
  /** The outputs that are of each kind of thing; null if its labels have no kinds. */
  kinds: KindMembers | null
  /** Its files when it was read. A worker that finds different files does not serve them under that revision. */
  stamps: readonly FileStamp[]
}

/** An image, and the logits that a healthy machine computes for it. */
export interface SelfTest {
  picture: string
  logits: number[]
}

/** The head of a custom model, which turns embeddings or scores of the worker's model into labels. */
export interface WorkerHead {
  /** Identifies its weights: the revision. */
  revision: string
  kind: HeadKind
  /** `head.safetensors` */
  file: string
  classes: number
  temperature: number
  activation: Activation
  uncertainty: UncertaintyRule | null
  /** Set for a model of which any number of labels may apply. */
  multiLabel: MultiLabelRule | null
}

/** A photo to classify. */
export interface PhotoJob {
  kind: 'photo'
  id: number
  model: string
  image: Uint8Array
  priority: Priority
  /** Number of predictions; `logits` for all raw outputs; `pixels` for these and the model input; `embedding`. */
  want: number | 'logits' | 'pixels' | 'embedding'
  /** Whether a multi-label model returns more predictions than `want` if more labels apply. */
  allSelected?: boolean | undefined
  /** Whether to return the embedding as well, from the same run. */
  embedding?: boolean
  /** Whether to return the traits of the photo, from the same decode. */
  traits?: boolean
  /** Whether to return the model input as an image. */
  preview: boolean
  /** The part of the upright photo to use, in its pixels; the preprocessor's crop if absent. */
  crop?: Area | undefined
  /** Set for a custom model: `model` is then its base. */
  head?: WorkerHead | undefined
}

/** Runs an already prepared input under some of a method's masks. */
export interface MaskJob {
  kind: 'masks'
  id: number
  model: string
  priority: Priority
  /** RGB uint8 [height × width × 3], the size of the model input. */
  pixels: Uint8Array
  method: ExplainMethod
  first: number
  count: number
  /** The output whose score is returned; null for embeddings instead. */
  index: number | null
  /** Set for a custom model: `model` is then its base. */
  head?: WorkerHead | undefined
}

/** Runs a model input that a client prepared itself. */
export interface TensorJob {
  kind: 'tensor'
  id: number
  model: string
  priority: Priority
  /** The values of one image in the layout and type of the model's input, little-endian. */
  data: Uint8Array
  /** Whether to return the embedding as well, from the same run. */
  embedding: boolean
  /** Set for a custom model: `model` is then its base. */
  head?: WorkerHead | undefined
}

/** Texts to embed, with a model of photos and texts. */
export interface TextJob {
  kind: 'text'
  id: number
  model: string
  priority: Priority
  texts: readonly string[]
}

export type Job = PhotoJob | MaskJob | TensorJob | TextJob

/** The model input as an image, and how it was derived from the photo. */
export interface ModelInputPreview {
  png: Uint8Array
  width: number
  height: number
  orientation: number
  geometry: Geometry
  interpolation: Interpolation
}

export interface PhotoResult {
  /** Best first: index of the model output, and probability. Empty if something else was requested. */
  top: { index: number; score: number }[]
  uncertain: UncertainReason | null
  logits: Float32Array | null
  /** The input of the last layer [dimensions]. Only if requested. */
  embedding: Float32Array | null
  /** Scores of the kinds of things [kinds]. Only with an embedding, and null if the model knows none. */
  kinds: Float32Array | null
  /** Only if requested. */
  traits: PhotoTraits | null
  image: { width: number; height: number; format: string }
  /** The part of the upright photo that the model received, in pixels of the photo. */
  area: Area
  preview: ModelInputPreview | null
  /** The pixels of the model input. Only if requested. */
  input: Uint8Array | null
  decodeMs: number
  runMs: number
}

export interface MaskResult {
  /** One score per mask, in order; fewer than requested if the time slice ended. Empty if embeddings were requested. */
  scores: Float32Array
  /** One embedding [dimensions] per mask, in the same way; empty unless requested. */
  embeddings: Float32Array[]
  runMs: number
}

export interface TensorResult {
  /** [classes] */
  logits: Float32Array
  /** The input of the last layer [dimensions]. Only if requested. */
  embedding: Float32Array | null
  runMs: number
}

export interface TextResult {
  /** One embedding [dimensions] per text. */
  embeddings: Float32Array[]
  /** Whether each text was cut, because it has too many tokens. */
  truncated: boolean[]
  runMs: number
}

export type JobResult = PhotoResult | MaskResult | TensorResult | TextResult

/** How a worker loads models. */
export interface LoadSettings {
  maxPixels: number
  /** Whether unused models are unloaded. */
  scarceMemory: boolean
  provider: Provider
}

export type ToWorker =
  | ({
      kind: 'load'
      models: WorkerModel[]
      /** Time limit for decoding a photo. */
      timeoutMs: number
    } & LoadSettings)
  | { kind: 'run'; job: Job }
  | { kind: 'cancel'; id: number }

/** A tensor of a graph that holds the embedding. */
export interface EmbeddingTensor {
  name: string
  /** Whether the graph has it among its outputs; if not, it can be declared as one. */
  isOutput: boolean
  /** Whether it may have a position per pixel, to be averaged. */
  spatial: boolean
}

export interface LoadReport {
  id: string
  error: string | null
  /** `batch`: photos in a run; more than 1 only if the graph has a fixed number. */
  input: (TensorFormat & { name: string; width: number; height: number; batch: number }) | null
  /** The output that is read, and the kind of values it has. */
  output: { name: string; scores: ScoreKind | 'embedding' } | null
  /** The length of its embeddings and the number of kinds; in one line why it has none; null if it failed to load. */
  embedding: { dimensions: number; kinds: number } | string | null
  /** The tensor that holds the embedding; null if there is none. */
  embeddingSource: EmbeddingTensor | null
  /** Whether its files changed after it was read. */
  changed: boolean
  /** Duration of one run; null if there was none. */
  runMs: number | null
  /** Why it runs on the CPU although another provider is configured; null if it doesn't. */
  onCpu: string | null
}

export type FromWorker =
  | { kind: 'started' }
  /** Sent before each model, so that a crash while loading identifies the culprit. */
  | { kind: 'loading'; id: string }
  /** @param slowJpeg why JPEGs are decoded the slower way; null if they aren't */
  | { kind: 'loaded'; models: LoadReport[]; slowJpeg: string | null }
  /** The model is now running for this photo; the others wait or are being decoded. */
  | { kind: 'running'; id: number }
  /** A decode that does not finish. Only ending the process stops it. */
  | { kind: 'stuck'; id: number }
  | { kind: 'result'; id: number; result: JobResult; rss: number }
  | { kind: 'failed'; id: number; code: ProblemCode; detail: string; rss: number }
