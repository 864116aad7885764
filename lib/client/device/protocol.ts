import type { Classification, Preview } from '@/lib/shared/contract/contract'
import type { EmbeddingReply } from '@/lib/shared/contract/embed'
import type { ExplainMethod, Explanation } from '@/lib/shared/contract/explain'
import type { Area } from '@/lib/shared/crop/crop'
import type { ResultRow } from '@/lib/shared/results/columns'
import type { Failure } from '../api/failure'

/** An embedding, and the part of the photo that the model received. */
export interface PhotoEmbedding extends Pick<EmbeddingReply, 'area' | 'image'> {
  embedding: Float32Array
  /** Scores of the kinds that the base model knows; null if it knows none. */
  kinds: Float32Array | null
  /** Of the base model. */
  revision: string
}

/** Messages between the page and the worker that runs models in this browser. */

interface OfPhoto {
  id: number
  file: Blob
  model: string
  crop: Area | null
}

export type DeviceRequest = OfPhoto &
  (
    | { kind: 'classify'; topK: number }
    | { kind: 'preview' }
    | { kind: 'embed' }
    /** `label`: index in the model's output. */
    | { kind: 'explain'; label: number; method: ExplainMethod }
  )

/** One photo of a batch. */
export interface RowRequest {
  kind: 'row'
  id: number
  file: Blob
  /** The name in the results. */
  name: string
  model: string
  /** Null for all labels that apply, of a multi-label model. */
  topK: number | null
  /** Labels with a lower score are left out. */
  threshold: number
}

export type ToDeviceWorker =
  | DeviceRequest
  | RowRequest
  | { kind: 'cancel'; id: number }
  /** Before the first photo: the threads of a run, instead of the default. */
  | { kind: 'threads'; threads: number }

export type FromDeviceWorker = { id: number } & (
  | /** Bytes of the model that were received so far, and in total. */ {
      kind: 'loading'
      received: number
      total: number
    }
  | { kind: 'running' }
  /** Runs of an explanation so far, and in total. */
  | { kind: 'explaining'; done: number; of: number }
  | { kind: 'classified'; result: Classification }
  | { kind: 'row'; row: ResultRow }
  | { kind: 'previewed'; preview: Preview }
  | { kind: 'embedded'; photo: PhotoEmbedding }
  | { kind: 'explained'; explanation: Explanation }
  /** `ended`: the worker can do nothing more; another one has to take over what it still had to do. */
  | { kind: 'failed'; failure: Failure; ended: boolean }
)
