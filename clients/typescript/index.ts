export { type ClientCode, type ProblemCode, VisionError, type VisionErrorCode } from './error.js'
export type {
  CleanedLabelsParameters,
  CreateOptions,
  JobEvent,
  JobParameters,
  JobPhotos,
  Jobs,
  ResultFormat,
  ResultParameters,
  SimilarParameters,
  WaitForCheckOptions,
  WaitOptions,
  Words,
} from './jobs.js'
export type { Example, ModelChange, Models, TrainOptions, TrainParameters, TrainProgress } from './models.js'
export type { NamedPhoto, Photo, PhotoBytes } from './photo.js'
export type { CallOptions, VisionOptions } from './transport.js'
export type * from './types.js'
export {
  type ClassifyParameters,
  type EmbedParameters,
  type ExplainOptions,
  type ExplainParameters,
  type StreamParameters,
  Vision,
} from './vision.js'
