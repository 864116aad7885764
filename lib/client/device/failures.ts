import { Problem } from '@/lib/shared/problems/problem'
import { type Failure, FILE_UNREADABLE, OFFLINE } from '../api/failure'

/** This browser lacks something that the engine needs. */
export const DEVICE_UNABLE: Failure = { code: 'device_unable', retryable: false, retryAfterMs: null }

/** A format that only the server reads. */
export const NOT_ON_DEVICE: Failure = { code: 'device_format', retryable: false, retryAfterMs: null }

/** A model that only the server runs. */
export const MODEL_NOT_ON_DEVICE: Failure = { code: 'device_model', retryable: false, retryAfterMs: null }

/** The file of a model isn't the one that the server describes. */
export const MODEL_DAMAGED: Failure = { code: 'model_damaged', retryable: true, retryAfterMs: null }

/** The base of a model that was saved in this browser isn't on the server anymore. */
export const BASE_GONE: Failure = { code: 'device_base_gone', retryable: false, retryAfterMs: null }

/** The base has another revision than the one that a model was trained on. */
export const BASE_REPLACED: Failure = { code: 'device_base_replaced', retryable: false, retryAfterMs: null }

/** A model that was saved in this browser isn't there anymore. */
export const OWN_MODEL_GONE: Failure = { code: 'device_model_gone', retryable: false, retryAfterMs: null }

/** The files of a model contradict each other, or aren't those of a model. */
export const OWN_MODEL_DAMAGED: Failure = { code: 'device_model_damaged', retryable: false, retryAfterMs: null }

/** A worker crashed, or is stuck, with this photo or another one. */
export const WORKER_LOST: Failure = { code: 'worker_lost', retryable: true, retryAfterMs: null }

/** There is no memory left for the model or the photo. */
const OUT_OF_MEMORY: Failure = { code: 'device_memory', retryable: true, retryAfterMs: null }

/** ONNX Runtime or libvips didn't start. Neither can be started a second time in the same worker. */
export class NotStarted extends Error {}

/** Whether the worker in which this was thrown can do nothing more: a new one has to take over. */
export function endsWorker(error: unknown): boolean {
  return error instanceof NotStarted || isOutOfMemory(error)
}

/** Names of errors that reading a file throws which was moved, changed, or deleted. */
const GONE = /^Not(Found|Readable)Error$/

/** Turns whatever was thrown into a failure that the page has words for. */
export function failureOf(error: unknown): Failure {
  if (error instanceof Problem) {
    const { code, detail } = error
    return { code, title: error.toDetails('').title, detail, retryable: error.status >= 500, retryAfterMs: null }
  }
  if (isFailure(error)) return error
  if (error instanceof NotStarted) return isOutOfMemory(error.cause) ? OUT_OF_MEMORY : OFFLINE
  if (isOutOfMemory(error)) return OUT_OF_MEMORY
  if (error instanceof DOMException && GONE.test(error.name)) return FILE_UNREADABLE
  // `fetch` throws it if the server can't be reached.
  if (error instanceof TypeError) return OFFLINE
  return { code: 'internal', detail: String(error), retryable: true, retryAfterMs: null }
}

/** ONNX Runtime reports the cause only in its words. */
function isOutOfMemory(error: unknown): boolean {
  if (error instanceof RangeError || error instanceof WebAssembly.RuntimeError) return true
  return error instanceof Error && /RangeError|out of memory/i.test(error.message)
}

function isFailure(error: unknown): error is Failure {
  return typeof error === 'object' && error !== null && 'retryable' in error
}
