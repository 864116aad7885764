import type { Classification, Preview } from '@/lib/shared/contract/contract'
import type { Area } from '@/lib/shared/crop/crop'
import type { Failure } from '../api/failure'

/** Messages between the page and the worker that runs models in this browser. */

export type ToDeviceWorker =
  | { kind: 'classify'; id: number; file: Blob; model: string; topK: number; crop: Area | null }
  | { kind: 'preview'; id: number; file: Blob; model: string; crop: Area | null }
  | { kind: 'cancel'; id: number }

export type FromDeviceWorker =
  /** Bytes of the model that were received so far, and in total. */
  | { kind: 'loading'; id: number; received: number; total: number }
  | { kind: 'running'; id: number }
  | { kind: 'classified'; id: number; result: Classification }
  | { kind: 'previewed'; id: number; preview: Preview }
  | { kind: 'failed'; id: number; failure: Failure }
