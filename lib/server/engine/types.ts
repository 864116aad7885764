import type { Classification, Label, ModelInfo } from '@/lib/shared/contract/contract'
import type { ExplainMethod, Explanation } from '@/lib/shared/contract/explain'
import type { ModelDetails } from '@/lib/shared/contract/model-details'

/** Batch work never delays a person by more than the photo that runs. */
export type Priority = 'interactive' | 'batch'

export interface RunOptions {
  /** Id or type of a model; the default model if absent. */
  model?: string | undefined
  /** `interactive` if absent. */
  priority?: Priority
  /** It is answered by then; infinite where it may wait, and only its run is limited. The engine's own if absent. */
  deadlineMs?: number
}

export interface ClassifyOptions extends RunOptions {
  /** Predictions at most, from 1 to the model's number of classes. */
  topK: number
  /** Predictions with a lower score are left out; 0 leaves all. */
  threshold?: number
  /** Whether the answer shows what the model saw. */
  preview?: boolean
  requestId?: string
}

export interface ExplainOptions extends Pick<RunOptions, 'model'> {
  /** Name or index of the label to explain; the best one if absent. */
  label?: string | undefined
  method: ExplainMethod
  requestId?: string
  /** Told how many of the runs are done. */
  onProgress?(done: number, of: number): void
}

/** Figures of this moment, for health pages and metrics. */
export interface EngineStats {
  queue: { photos: number; limit: number; bytes: number; byteLimit: number }
  inFlight: number
  /** `bytes`: memory of all workers, as each last said. */
  workers: { ready: number; wanted: number; restarts: number; bytes: number }
}

/**
 * Photos in, answers out. Every door (page, API, jobs, command line) uses this and nothing below it.
 *
 * All failures are `Problem`s: of the photo (`not_an_image`, `unsupported_format`, `truncated_image`, `model_failed`,
 * `too_many_pixels`), of the request (`unknown_model`, `invalid_parameter`), or of the moment (`queue_full`,
 * `deadline_exceeded`, `not_ready`, `shutting_down`). An abort rejects with the signal's reason.
 */
export interface Engine {
  models(): readonly ModelInfo[]
  /** The same with what their cards say. */
  details(): readonly Omit<ModelDetails, 'votes'>[]
  /**
   * The labels of a model by its id or type, in the order of its outputs.
   *
   * @throws Problem `unknown_model`
   */
  labels(model: string): readonly Label[]
  classify(image: Uint8Array, options: ClassifyOptions, signal?: AbortSignal): Promise<Classification>
  /** The model's raw outputs [classes], before temperature and softmax. */
  logits(image: Uint8Array, options: RunOptions, signal?: AbortSignal): Promise<Float32Array>
  /**
   * What a label rests on: a map of the photo made by many runs with parts of it hidden. They stand behind everybody's photos,
   * batches' too, and a person's photo runs between any two of them.
   *
   * @throws Problem besides the others: `deadline_exceeded` where all of them do not fit into the time of one answer
   */
  explain(image: Uint8Array, options: ExplainOptions, signal?: AbortSignal): Promise<Explanation>
  /** Reads the models again, loads and warms them beside the old ones, then swaps; the old finish what they run. */
  reload(): Promise<void>
  /** Whether the default model answered its golden picture on at least one living worker. */
  ready(): boolean
  /** Resolves once `ready()` holds, or once it is known that it cannot. */
  settled(): Promise<void>
  stats(): EngineStats
  /** Finishes what runs and waits, then ends the workers. */
  close(): Promise<void>
}
