import type { Classification, Label, ModelInfo } from '@/lib/shared/contract/contract'
import type { DeviceModel } from '@/lib/shared/contract/device'
import type { ExplainMethod, Explanation } from '@/lib/shared/contract/explain'
import type { ModelDetails } from '@/lib/shared/contract/model-details'
import type { Area } from '@/lib/shared/crop/crop'
import type { PhotoTraits } from '@/lib/shared/dataset-check/photo-traits'
import type { Activation } from '@/lib/shared/metrics/activation'
import type { MultiLabelRule } from '@/lib/shared/metrics/multi-label'
import type { LabelWords } from '@/lib/shared/zero-shot/candidate-labels'
import type { Similarity } from '@/lib/shared/zero-shot/similarity'

/** Batch work delays an interactive request by at most the photo that is running. */
export type Priority = 'interactive' | 'batch'

export interface RunOptions {
  /** Model id or type; the default model if absent. */
  model?: string | undefined
  /** The revision of a custom model, which may have been replaced since; the current one if absent. */
  revision?: string | undefined
  /** `interactive` if absent. */
  priority?: Priority
  /**
   * Time limit for the whole request. If infinite, only the run itself is limited. The engine's own limit if absent.
   */
  deadlineMs?: number
  /** The part of the upright photo to use, in pixels of the photo; the model's own crop if absent. */
  crop?: Area | undefined
}

export interface ClassifyOptions extends RunOptions {
  /** The labels to choose from, which a model of photos and texts needs and any other refuses. */
  words?: LabelWords | undefined
  /** Maximum number of predictions, from 1 to the model's number of labels. */
  topK: number
  /** Whether a multi-label model returns every label that applies, even if these are more than `topK`. */
  allSelected?: boolean | undefined
  /** Predictions with a lower score are omitted; 0 keeps all. */
  threshold?: number
  /** Whether the result contains the model input as an image. */
  preview?: boolean
  /** Whether the result contains the embedding, from the same run. */
  embedding?: boolean
  /** Whether the result contains the traits of the photo, from the same decode. */
  traits?: boolean
  requestId?: string
}

export interface EmbedOptions extends RunOptions {
  /** Whether to divide the embedding by its Euclidean (L2) length. */
  normalize?: boolean
  requestId?: string
}

/** The features of a photo that the model's last layer turns into scores. */
export interface Embedding extends Pick<Classification, 'request_id' | 'image' | 'area' | 'timings'> {
  model: Pick<Classification['model'], 'id' | 'type' | 'revision'>
  /** [dimensions] */
  embedding: Float32Array
  dimensions: number
  /** Scores of the kinds of things that the model knows [kinds]; null if it knows none. */
  kinds: Float32Array | null
  normalized: boolean
}

/**
 * A classification, and if they were requested the embedding [dimensions], the scores of kinds [kinds], and the photo's
 * traits.
 */
export type EmbeddedClassification = Classification & {
  embedding?: Float32Array
  kinds?: Float32Array
  traits?: PhotoTraits
}
export interface EmbedTextOptions extends Pick<RunOptions, 'model' | 'revision' | 'priority' | 'deadlineMs'> {
  /** Whether to divide each embedding by its Euclidean (L2) length. */
  normalize?: boolean
}

/** Texts as points in the space of a model's photos. */
export interface TextEmbeddings {
  model: Pick<Classification['model'], 'id' | 'type' | 'revision'>
  /** One [dimensions] per text, in order. */
  embeddings: readonly Float32Array[]
  dimensions: number
  /** Whether each text was cut, because it has more tokens than the model takes. */
  truncated: readonly boolean[]
  /** How the model compares them with photos. */
  similarity: Similarity
  /** 0 for texts that were embedded before. */
  runMs: number
}

export interface ExplainOptions extends Pick<RunOptions, 'model' | 'revision' | 'crop'> {
  /** The labels to choose from, which a model of photos and texts needs and any other refuses. */
  words?: LabelWords | undefined
  /** Name or index of the label to explain; the best one if absent. */
  label?: string | undefined
  method: ExplainMethod
  requestId?: string
  /** Called with the number of completed runs. */
  onProgress?(done: number, of: number): void
}

/** How a model's graph takes images and gives scores. */
export interface GraphSignature {
  model: { id: string; type: string | null; revision: string }
  /** `shape`: of one image, without the batch. */
  input: { name: string; type: 'uint8' | 'float32' | 'float16'; shape: [number, number, number] }
  /** Name of the output with the scores. */
  output: string
  /** Divisor of the logits before the softmax. */
  temperature: number
  /** What makes scores of the logits. */
  activation: Activation
  /** Set for a model of which any number of labels may apply. */
  multiLabel: MultiLabelRule | null
  /** The output that stands for none of the labels; null if there is none. */
  background: number | null
  /** In the order of the scores, the background included. */
  labels: readonly string[]
  /** Length of the embeddings; null if the model has none. */
  dimensions: number | null
}

/** A photo as a file, or one image's values in the layout and type of the model's input, little-endian. */
export type GraphInput = { image: Uint8Array } | { tensor: Uint8Array }

/** What a browser needs to run a model itself, and the file with its graph. */
export interface DeviceModelFile {
  device: DeviceModel
  file: string
}

/** What the graph returns for one image. */
export interface GraphOutputs {
  /** [classes] before temperature and softmax. */
  logits: Float32Array
  /** [dimensions]; null unless requested. */
  embedding: Float32Array | null
  timings: Classification['timings']
}

/** Current figures for health pages and metrics. */
export interface EngineStats {
  queue: { photos: number; limit: number; bytes: number; byteLimit: number }
  inFlight: number
  /** `bytes`: memory of all workers, as last reported by each. */
  workers: { ready: number; wanted: number; restarts: number; bytes: number }
}

/**
 * Photos in, results out. Every entry point (page, API, jobs, CLI) uses this interface and nothing below it.
 *
 * All failures are `Problem`s: with the photo (`not_an_image`, `unsupported_format`, `truncated_image`, `model_failed`,
 * `too_many_pixels`), with the request (`unknown_model`, `invalid_parameter`), or temporary (`queue_full`,
 * `deadline_exceeded`, `not_ready`, `shutting_down`). An abort rejects with the signal's reason.
 */
export interface Engine {
  /** The models that everyone may know of. */
  models(): readonly ModelInfo[]
  /**
   * One model, by its ID or type; the default model if no name is given.
   *
   * @throws Problem `unknown_model`
   */
  model(name: string | undefined): Promise<ModelInfo>
  /** Whether photos can be classified with this revision of a model, which may no longer be the current one. */
  hasRevision(model: string, revision: string): Promise<boolean>
  /** The models that everyone may know of, with the details from their cards. */
  details(): readonly Omit<ModelDetails, 'votes'>[]
  /**
   * The labels of a model, by its id or type, in output order. Each revision of a custom model has its own.
   *
   * @throws Problem `unknown_model`
   */
  labels(model: string, revision?: string): Promise<readonly Label[]>
  /** @throws Problem as above, and `invalid_parameter` if an embedding is requested and the model has none */
  classify(image: Uint8Array, options: ClassifyOptions, signal?: AbortSignal): Promise<EmbeddedClassification>
  /** The model's raw outputs [classes], before temperature and softmax. */
  logits(image: Uint8Array, options: RunOptions, signal?: AbortSignal): Promise<Float32Array>
  /** @throws Problem `unknown_model`, `not_ready` */
  signature(model: string | undefined): Promise<GraphSignature>
  /**
   * The raw outputs for a photo, or for an input that the client prepared.
   *
   * @throws Problem as above, and `invalid_parameter` if a tensor has another length than the input
   */
  outputs(input: GraphInput, options: RunOptions & { embedding: boolean }, signal?: AbortSignal): Promise<GraphOutputs>
  /**
   * What a browser needs to run a model itself.
   *
   * @throws Problem `unknown_model`, `not_ready`; `not_found` if it can't run in a browser
   */
  onDevice(model: string | undefined): Promise<DeviceModelFile>
  /**
   * The embedding of a photo. Costs as much as a classification.
   *
   * @throws Problem as above, and `invalid_parameter` if the model has no embedding
   */
  embed(image: Uint8Array, options: EmbedOptions, signal?: AbortSignal): Promise<Embedding>
  /**
   * The embeddings of texts, in the same space as those of photos. They are remembered for a while.
   *
   * @throws Problem as above, and `invalid_parameter` if the model doesn't take texts
   */
  embedText(texts: readonly string[], options: EmbedTextOptions, signal?: AbortSignal): Promise<TextEmbeddings>
  /**
   * Explains a label with a heatmap, computed from many runs with parts of the photo hidden. These runs have lower
   * priority than all photos, batches included, and an interactive photo can run between any two of them.
   *
   * @throws Problem as above, and `deadline_exceeded` if the runs do not fit into the time limit of one request
   */
  explain(image: Uint8Array, options: ExplainOptions, signal?: AbortSignal): Promise<Explanation>
  /**
   * Reads the models again, loads and warms them up beside the old ones, then swaps. The old ones finish their running
   * photos.
   */
  reload(): Promise<void>
  /** Whether the default model passed its self-test on at least one live worker. */
  ready(): boolean
  /** Resolves once `ready()` is true, or once it is known that it cannot become true. */
  settled(): Promise<void>
  stats(): EngineStats
  /** Finishes running and waiting photos, then stops the workers. */
  close(): Promise<void>
}
