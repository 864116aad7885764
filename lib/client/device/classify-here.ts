import type { Classification } from '@/lib/shared/contract/contract'
import { ABORTED, type ClassifyCall } from '../api/classify'
import type { Failure } from '../api/failure'
import { failureOf } from './failures'
import type { FromDeviceWorker, ToDeviceWorker } from './protocol'

interface Pending {
  call: ClassifyCall
  resolve(result: Classification): void
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
  const id = nextId++
  return new Promise<Classification>((resolve, reject) => {
    pending.set(id, { call, resolve, reject })
    call.signal.addEventListener('abort', () => cancel(id), { once: true })
    post({ kind: 'classify', id, file, model: call.model, topK: call.topK, crop: call.crop ?? null })
  }).finally(() => pending.delete(id))
}

function cancel(id: number): void {
  const one = pending.get(id)
  if (one === undefined) return
  post({ kind: 'cancel', id })
  one.reject(ABORTED)
}

function post(message: ToDeviceWorker): void {
  worker ??= start()
  worker.postMessage(message)
}

function start(): Worker {
  const started = new Worker(new URL('./device-worker.ts', import.meta.url), { type: 'module' })
  started.onmessage = ({ data }: MessageEvent<FromDeviceWorker>) => receive(data)
  // It couldn't be loaded, or ran out of memory; the next photo starts another one.
  started.onerror = (event) => {
    event.preventDefault()
    started.terminate()
    if (worker === started) worker = null
    for (const { reject } of pending.values()) reject(failureOf(new RangeError(event.message)))
  }
  return started
}

function receive(message: FromDeviceWorker): void {
  const one = pending.get(message.id)
  if (one === undefined) return
  if (message.kind === 'loading') one.call.onLoading?.(message.received, message.total)
  else if (message.kind === 'running') one.call.onUploaded()
  else if (message.kind === 'classified') one.resolve(message.result)
  else one.reject(message.failure)
}
