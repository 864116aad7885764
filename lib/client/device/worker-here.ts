import { ABORTED } from '../api/classify'
import { type Failure, OFFLINE } from '../api/failure'
import { ensureIsolated } from '../offline/isolation'
import { keepOffline } from '../offline/offline'
import { failureOf } from './failures'
import type { DeviceRequest, FromDeviceWorker, ToDeviceWorker } from './protocol'

interface Pending {
  request: DeviceRequest
  onMessage(message: FromDeviceWorker): void
  reject(failure: Failure): void
}

/** WebAssembly gives memory back only when its worker ends, so one without work ends after this time. */
const IDLE_MS = 120_000

let worker: Worker | null = null
let idle: ReturnType<typeof setTimeout> | undefined
let nextId = 1
const pending = new Map<number, Pending>()

/**
 * Asks the worker that runs models in this browser, and starts it if necessary. Rejects with a `Failure`.
 *
 * @param onMessage gets the worker's messages about this request
 */
export function ask<T>(
  request: (id: number) => DeviceRequest,
  signal: AbortSignal,
  onMessage: (message: FromDeviceWorker, resolve: (result: T) => void) => void,
): Promise<T> {
  const id = nextId++
  let cancel = () => {}
  return new Promise<T>((resolve, reject) => {
    if (signal.aborted) return reject(ABORTED)
    const one = { request: request(id), reject, onMessage: (message: FromDeviceWorker) => onMessage(message, resolve) }
    pending.set(id, one)
    cancel = () => {
      worker?.postMessage({ kind: 'cancel', id } satisfies ToDeviceWorker)
      reject(ABORTED)
    }
    signal.addEventListener('abort', cancel)
    void ensureIsolated().then(() => !signal.aborted && post(one.request))
  }).finally(() => {
    pending.delete(id)
    // A signal may outlive many requests.
    signal.removeEventListener('abort', cancel)
    clearTimeout(idle)
    if (pending.size === 0) idle = setTimeout(end, IDLE_MS)
  })
}

function post(request: DeviceRequest): void {
  clearTimeout(idle)
  worker ??= start()
  worker.postMessage(request)
}

function end(): void {
  worker?.terminate()
  worker = null
}

function start(): Worker {
  void keepOffline()
  const started = new Worker(new URL('./device-worker.ts', import.meta.url), { type: 'module' })
  let running = false
  started.onmessage = ({ data }: MessageEvent<FromDeviceWorker>) => {
    running = true
    if (data.kind !== 'failed') return pending.get(data.id)?.onMessage(data)
    pending.get(data.id)?.reject(data.failure)
    pending.delete(data.id)
    if (data.ended) replace()
  }
  started.onerror = (event) => {
    event.preventDefault()
    if (worker === started) end()
    // Before its first message, its scripts couldn't be loaded. The next photo starts another worker.
    const failure = running ? failureOf(new Error(event.message)) : OFFLINE
    for (const { reject } of pending.values()) reject(failure)
  }
  return started
}

/** Another worker takes over what the last one still had to do. */
function replace(): void {
  end()
  for (const { request } of pending.values()) post(request)
}
