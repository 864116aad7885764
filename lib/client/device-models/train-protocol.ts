import type { Example } from '@/lib/shared/training/example'
import type { Trained } from '@/lib/shared/training/folder/evaluation'
import type { Failure } from '../api/failure'

/** Messages between the page and the worker that trains a model to be kept. */

export interface ToTrainWorker {
  examples: readonly Example[]
  multiLabel: boolean
}

export type FromTrainWorker =
  /** Share that is done, from 0 to 1. */
  { progress: number } | { trained: Trained } | { failure: Failure }
