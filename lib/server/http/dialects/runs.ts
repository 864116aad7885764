import type { Classification } from '@/lib/shared/contract/contract'
import type { Explanation } from '@/lib/shared/contract/explain'
import type {
  ClassifyOptions,
  Embedding,
  EmbedOptions,
  ExplainOptions,
  GraphInput,
  GraphOutputs,
} from '../../engine/types'

/** Runs of the engine for one request of a dialect, whatever it came over. */
export interface PhotoRuns {
  /** A photo in a text: base64, a `data:` URL, or the URL of an image. */
  photo(text: string): Promise<Uint8Array>
  classify(image: Uint8Array, options: Omit<ClassifyOptions, 'requestId'>): Promise<Classification>
  embed(image: Uint8Array, options: Omit<EmbedOptions, 'requestId'>): Promise<Embedding>
  /** Which parts of the photo led to a label. */
  explain(image: Uint8Array, options: Omit<ExplainOptions, 'requestId'>): Promise<Explanation>
  outputs(input: GraphInput, options: { model: string; embedding: boolean }): Promise<GraphOutputs>
}
