/** Why a result is uncertain. */
export type UncertainReason = 'unlike_known' | 'small_margin' | 'low_score' | 'near_threshold'

/** Whether one label is right, or any number of labels may apply. */
export type ProblemType = 'single_label_classification' | 'multi_label_classification'

export interface Prediction {
  /** Unique within the model. */
  label: string
  /** Probability from 0 to 1, unrounded. */
  score: number
  /** Position in the model's output. */
  index: number
  /** Whether the label applies. Only for a multi-label model. */
  selected?: boolean | undefined
  /** Other names of the label. */
  synonyms?: string[] | undefined
  /** What users should know about this label. */
  note?: string | undefined
}

export interface ModelRef {
  id: string
  /** `fast`, `balanced`, `accurate`, or null for any other model. */
  type: string | null
  /** SHA-256 of all files that determine results. */
  revision: string
  /** Whether scores are calibrated: of results with this score, that share is right. */
  calibrated: boolean
  problem_type: ProblemType
}

/** A part of an upright photo, in pixels of the photo. */
export interface Area {
  left: number
  top: number
  width: number
  height: number
}

/** An upright photo. */
export interface ImageInfo {
  width: number
  height: number
  format: string
  bytes: number
}

/** Milliseconds. */
export interface Timings {
  queue_ms: number
  decode_ms: number
  run_ms: number
  total_ms: number
}

/** The model input. */
export interface Preview {
  /** A `data:` URL of a PNG. */
  image: string
  width: number
  height: number
  /** EXIF orientation that was corrected; 1 means already upright. */
  orientation: number
  resize: { width: number; height: number }
  crop: Area
  interpolation: string
}

export interface Classification {
  request_id: string
  model: ModelRef
  /** Best first. */
  predictions: Prediction[]
  /** Don't rely on uncertain results. */
  uncertain: boolean
  uncertain_reason: UncertainReason | null
  image: ImageInfo
  /** The part of the photo that the model received. */
  area: Area
  timings: Timings
  /** Only if requested. */
  preview?: Preview | undefined
}

export interface Embedding {
  request_id: string
  model: Omit<ModelRef, 'calibrated' | 'problem_type'>
  embedding: Float32Array
  dimensions: number
  /** Scores of kinds of things. Only if requested; null if the model knows none. */
  kinds?: Float32Array | null | undefined
  /** Whether it has length 1. */
  normalized: boolean
  image: ImageInfo
  area: Area
  timings: Timings
}

export type ExplainMethod = 'rise' | 'occlusion'

export interface Explanation {
  request_id: string
  model: ModelRef
  /** The explained label and its score for the whole photo. */
  label: { label: string; index: number; score: number }
  method: ExplainMethod
  /** Row by row: how much higher the score is on average with this cell visible than with it hidden. */
  grid: { width: number; height: number; values: number[] }
  /** The part of the photo that the grid covers. */
  area: Area
  image: { width: number; height: number }
  /** Number of model runs. */
  runs: number
  timings: { run_ms: number; total_ms: number }
  /** The heatmap as a `data:` URL of a PNG; only if requested. */
  png?: string | undefined
}

/** The result of one photo of many. A failed one has `error_code` and `error`. */
export interface PhotoResult {
  /** Position of the photo among those that were given, from 0. */
  index: number
  file: string
  status: 'ok' | 'failed'
  label: string | null
  score: number | null
  top_labels: string[]
  top_scores: number[]
  uncertain: boolean | null
  uncertain_reason: UncertainReason | null
  width: number | null
  height: number | null
  bytes: number | null
  sha256: string | null
  model: string
  revision: string
  ms: number | null
  error_code: string | null
  error: string | null
  /** Of a job with a check: the photo to keep of its group of copies; null for that one and for those without copies. */
  near_copy_of?: string | null
  /** Number of its group of copies, from 1. */
  copy_group?: number | null
  /** How wrong its label looks, from 0.5 to 1; null if it doesn't. */
  label_issue?: number | null
  suggested_label?: string | null
  quality?: QualityIssue[]
  /** All labels that apply, and their scores, best first. Only for a multi-label model. */
  labels?: string[]
  label_scores?: number[]
}

/** Why a photo is of low quality. */
export type QualityIssue = 'tiny' | 'too_dark' | 'too_bright' | 'low_contrast' | 'blurred'

/** What a check found. */
export interface CheckReport {
  /** Photos that were checked: those with a result. */
  photos: number
  /** Groups of copies. `leak`: the parts of the data set, such as train and test, if copies are in several. */
  copies: { kept: string; copies: string[]; leak: string[] | null; labels: string[] | null }[]
  labels: {
    checked: number
    /** Why no label was checked; null if some were. */
    reason: string | null
    /** Labels that look wrong, the worst first. */
    issues: { file: string; label: string; suggested: string; score: number }[]
    /** Labels whose photos look like another label, the most frequent first. */
    mixed_up: { label: string; looks_like: string; photos: number }[]
  }
  /** Photos far from all others, the farthest first. */
  outliers: { file: string; distance: number }[]
  quality: { file: string; issues: QualityIssue[] }[]
}

/** The check of a job. */
export interface JobCheck {
  state: 'waiting' | 'running' | 'done' | 'failed'
  /** The share that is done, from 0 to 1; null unless it runs. */
  progress: number | null
  /** Why it failed. */
  reason: string | null
  /** Where the labels come from. */
  labels: 'folders' | 'file'
  /** What the latest check found; null before the first. */
  report: CheckReport | null
}

/** A photo of a job, and how similar it is: from 0 to 1. */
export interface SimilarPhoto {
  index: number
  file: string
  similarity: number
}

export interface ModelInfo {
  id: string
  type: string | null
  title: string
  default: boolean
  status: 'ready' | 'loading' | 'failed'
  error: string | null
  license: string | null
  classes: number
  input: { width: number; height: number } | null
  bytes: number
  revision: string
  calibrated: boolean
  problem_type: ProblemType
  /** The score from which a label applies, for all labels or for each in their order; null unless it is a multi-label
   * model. */
  thresholds: number | number[] | null
  temperature: number | null
  /** `kinds`: the number of kinds of things that have scores. */
  embedding: { dimensions: number; kinds: number } | null
  embedding_reason: string | null
  /** The model that a custom model builds on; null for any other model. */
  base_model: { id: string; revision: string } | null
  /** What a custom model is: `linear` learned from photos, `cosine` compares photos with words, `groups` adds up the
   * scores of its base. */
  head: 'linear' | 'cosine' | 'groups' | null
  /** Set for a text-image model, which takes labels in words and has none of its own. */
  text: { max_tokens: number; activation: 'softmax' | 'sigmoid' } | null
}

/** A label of a model. */
export interface Label {
  index: number
  label: string
  /** Other names. */
  others: string[]
  kinds?: string[] | undefined
  group?: string | undefined
  /** The score from which the label applies. Only for a multi-label model. */
  threshold?: number | undefined
  note?: string | undefined
}

export interface Job {
  /** Anyone who has it can read and end the job. */
  id: string
  /** `done` and `cancelled` are final. */
  state: 'running' | 'paused' | 'done' | 'cancelled'
  /** Why the job is paused. */
  reason: 'storage_full' | 'storage_unavailable' | 'requested' | 'dead_letters' | null
  /** Whether the job accepts more photos. */
  open: boolean
  source: string | null
  /** Whether the source is still being listed, so the total still grows. */
  listing: boolean
  model: { id: string; revision: string }
  top_k: number
  threshold: number
  embeddings: boolean
  /** Whether its photos are checked once all of them are done. */
  check: boolean
  /** Its labels in words, if it was created with candidate_labels. */
  words?: { labels: string[]; template: string } | undefined
  counts: { total: number; done: number; ok: number; failed: number }
  /** Recent photos per second. */
  rate: number | null
  eta_s: number | null
  created_at: string
  finished_at: string | null
  callback: { state: 'waiting' | 'delivered' | 'given_up'; attempts: number } | null
  /** The key that signs callbacks. Only in the reply that creates the job. */
  callback_secret?: string | undefined
  /** When the job is deleted with its results. */
  expires_at: string | null
}

/** How good a custom model is. */
export interface TrainingEvaluation {
  /** In the order of the outputs. */
  labels: readonly string[]
  examples: number
  temperature: number
  /** Measured on photos that weren't trained on; null without any. */
  report: { photos: number; top1: number; top1_interval: readonly [number, number]; ece: number } | null
  /** Examples that look as if they had the wrong label. */
  suspicious: readonly { sha256: string; label: string; looks_like: string; score: number; own_score: number }[]
  /** Examples that show the same photo, or nearly. */
  copies: readonly { sha256: readonly string[]; labels: readonly string[] }[]
}

export interface TrainedModel {
  model: ModelInfo
  evaluation: TrainingEvaluation
  /** Photos that were left out, and why. */
  skipped: readonly { file: string; code: string; detail: string }[]
  warnings: readonly string[]
}

/** A model; of a custom one also how good it is, and its revisions, oldest first. */
export interface ModelDetails {
  model: ModelInfo
  evaluation?: TrainingEvaluation | null | undefined
  history?: readonly { revision: string; time: string }[] | undefined
}
