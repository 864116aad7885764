import type { DeviceModel } from '@/lib/shared/contract/device'
import { underBase } from '@/lib/shared/web/base-path'
import { type Failure, parseAnswer, parseFailure } from '../api/failure'
import { reportIfFull } from '../offline/storage-full'
import { withDeadline } from '../offline/with-deadline'
import { sha256 } from './digest'
import { MODEL_DAMAGED, MODEL_NOT_ON_DEVICE } from './failures'
import { DEVICE_CACHE, graphKey, keptModel, storeGraph } from './kept-files'

/** How long the server may take to describe a model that is kept. */
const PATIENCE_MS = 4000
/** A proxy sends them in place of a server that is away. */
const AWAY = [502, 503, 504]

/** @param received bytes so far, and in total */
type Progress = (received: number, total: number) => void

/**
 * Asks the server how to run a model; without the server, what it said last.
 *
 * @throws Failure; TypeError if the server can't be reached
 */
export async function loadDeviceModel(model: string, signal: AbortSignal): Promise<DeviceModel> {
  const url = underBase(`/api/models/${encodeURIComponent(model)}/device`)
  const cache = await caches.open(DEVICE_CACHE)
  const kept = await keptModel(cache, model)
  try {
    const asked = fetch(url, { signal })
    const response = await (kept ? withDeadline(asked, PATIENCE_MS) : asked)
    if (kept && AWAY.includes(response.status)) return kept
    const text = await response.clone().text()
    if (!response.ok) throw refused(parseFailure(response.status, text, response.headers.get('retry-after')))
    const parsed = parseAnswer<DeviceModel>(text)
    await cache.put(url, response).catch(reportIfFull)
    return parsed
  } catch (error) {
    if (kept === undefined || !isUnreachable(error)) throw error
    return kept
  }
}

/** Whether `fetch` couldn't reach the server, or not in time. */
function isUnreachable(error: unknown): boolean {
  return error instanceof TypeError || (error instanceof DOMException && error.name === 'TimeoutError')
}

/** The server has the model, but browsers can't run it: a custom one, or one that is in several files. */
function refused(failure: Failure): Failure {
  return failure.code === 'not_found' ? { ...MODEL_NOT_ON_DEVICE, detail: failure.detail ?? '' } : failure
}

/**
 * Loads the ONNX file of a model from this browser's storage, or else from the server. Tabs that need the same file at
 * the same time share one download.
 *
 * @throws Failure `model_damaged` if the server's file has another SHA-256; TypeError if it can't be reached
 */
export async function loadGraph(
  { model, graph }: DeviceModel,
  signal: AbortSignal,
  onProgress: Progress,
): Promise<Uint8Array<ArrayBuffer>> {
  const url = underBase(`/api/models/${encodeURIComponent(model.id)}/graph`)
  const key = graphKey(graph.sha256)
  return navigator.locks.request(key, { signal }, async () => {
    const cache = await caches.open(DEVICE_CACHE)
    const kept = await cache.match(key)
    if (kept !== undefined) {
      const bytes = new Uint8Array(await kept.arrayBuffer())
      if ((await sha256(bytes)) === graph.sha256) return bytes
      await cache.delete(key)
    }
    const bytes = await download(url, graph.bytes, signal, onProgress)
    if ((await sha256(bytes)) !== graph.sha256) throw MODEL_DAMAGED
    // A full disk only costs another download.
    await storeGraph(cache, graph.sha256, bytes).catch(reportIfFull)
    return bytes
  })
}

async function download(
  url: string,
  total: number,
  signal: AbortSignal,
  onProgress: Progress,
): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(url, { signal, cache: 'no-store' })
  if (!response.ok || !response.body)
    throw parseFailure(response.status, await response.text(), response.headers.get('retry-after'))
  const bytes = new Uint8Array(total)
  const reader = response.body.getReader()
  let received = 0
  onProgress(0, total)
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    if (received + part.value.length > total) {
      await reader.cancel()
      throw MODEL_DAMAGED
    }
    bytes.set(part.value, received)
    received += part.value.length
    onProgress(received, total)
  }
  return bytes
}
