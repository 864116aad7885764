import type { Classification, Preview } from '@/lib/shared/contract/contract'
import type { Area } from '@/lib/shared/crop/crop'
import { ABORTED, type ClassifyCall } from '../api/classify'
import type { Failure } from '../api/failure'
import { failureOf } from './failures'
import type { FromDeviceWorker, ToDeviceWorker } from './protocol'

interface Pending {
  onMessage(message: FromDeviceWorker): void
  reject(failure: Failure): void
}

let worker: Worker | null = null
let nextId = 1
const pending = new Map<number, Pending>()

/**
 * Classifies a photo in this browser, as `classify` does on the server. The photo isn't sent anywhere. The first call
 * loads the runtime and the model; `call.onLoading` reports it. Rejects with a `Failure`.
 */
export function classifyHere(file: Blob, call: ClassifyCall): Promise<Classification> {
  const { model, topK, crop = null, signal } = call
  return ask(
    (id) => ({ kind: 'classify', id, file, model, topK, crop }),
    signal,
    (message, resolve) => {
      if (message.kind === 'loading') call.onLoading?.(message.received, message.total)
      else if (message.kind === 'running') call.onUploaded()
      else if (message.kind === 'classified') resolve(message.result)
    },
  )
}

/** The model input of a photo, as `fetchModelInput` gets it from the server. Rejects with a `Failure`. */
export function modelInputHere(
  file: Blob,
  { model, crop, signal }: { model: string; crop: Area | null; signal: AbortSignal },
): Promise<Preview> {
  return ask(
    (id) => ({ kind: 'preview', id, file, model, crop }),
    signal,
    (message, resolve) => {
      if (message.kind === 'previewed') resolve(message.preview)
    },
  )
}

function ask<T>(
  request: (id: number) => ToDeviceWorker,
  signal: AbortSignal,
  onMessage: (message: FromDeviceWorker, resolve: (result: T) => void) => void,
): Promise<T> {
  const id = nextId++
  let cancel = () => {}
  return new Promise<T>((resolve, reject) => {
    pending.set(id, { reject, onMessage: (message) => onMessage(message, resolve) })
    cancel = () => {
      post({ kind: 'cancel', id })
      reject(ABORTED)
    }
    signal.addEventListener('abort', cancel)
    post(request(id))
  }).finally(() => {
    pending.delete(id)
    // A signal may outlive many requests.
    signal.removeEventListener('abort', cancel)
  })
}

function post(message: ToDeviceWorker): void {
  worker ??= start()
  worker.postMessage(message)
}

function start(): Worker {
  const started = new Worker(new URL('./device-worker.ts', import.meta.url), { type: 'module' })
  started.onmessage = ({ data }: MessageEvent<FromDeviceWorker>) => {
    const one = pending.get(data.id)
    if (data.kind === 'failed') one?.reject(data.failure)
    else one?.onMessage(data)
  }
  // It couldn't be loaded, or ran out of memory; the next photo starts another one.
  started.onerror = (event) => {
    event.preventDefault()
    started.terminate()
    if (worker === started) worker = null
    for (const { reject } of pending.values()) reject(failureOf(new RangeError(event.message)))
  }
  return started
}
