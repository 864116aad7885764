import type { Label } from '@/lib/shared/contract/contract'
import type { DeviceModel } from '@/lib/shared/contract/device'
import { underBase } from '@/lib/shared/web/base-path'
import { reportIfFull } from '../offline/storage-full'
import { DEVICE_CACHE } from './kept-files'
import { loadDeviceModel } from './model-files'
import { isOwnModel } from './own-model-id'

/** How long the server may take, since this browser knows the labels as well. */
const PATIENCE_MS = 4000
/** How long it may take where it doesn't. */
const DEADLINE_MS = 60_000

/**
 * The labels of a model that runs in this browser. Without the server, they are those that it sent last, or else those
 * of the model itself, which have no WordNet IDs and no kinds.
 *
 * @throws Failure or TypeError if nobody knows them
 */
export async function labelsHere(model: string): Promise<readonly Label[]> {
  const signal = AbortSignal.timeout(DEADLINE_MS)
  if (isOwnModel(model)) {
    const { describeOwnModel } = await import('./own-model')
    return labelsOf(await describeOwnModel(model, signal))
  }
  return (await serverLabels(model)) ?? labelsOf(await loadDeviceModel(model, signal))
}

/** What the server says, or said last; null if it can't be reached and was never asked. */
async function serverLabels(model: string): Promise<readonly Label[] | null> {
  const url = underBase(`/api/models/${encodeURIComponent(model)}/labels`)
  const cache = await caches.open(DEVICE_CACHE)
  const known = (await askServer(url, cache).catch(() => null)) ?? (await cache.match(url))
  return known ? ((await known.json()) as { labels: Label[] }).labels : null
}

/** Keeps the answer. Null if there is none. @throws TypeError or DOMException if it didn't arrive in time */
async function askServer(url: string, cache: Cache): Promise<Response | null> {
  const response = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS) })
  if (!response.ok) return null
  const whole = new Response(await response.arrayBuffer())
  await cache.put(url, whole.clone()).catch(reportIfFull)
  return whole
}

function labelsOf({ labels, multiLabel }: DeviceModel): Label[] {
  return labels.map(({ label, synonyms, note }, index) => ({
    index,
    label,
    others: synonyms ?? [],
    ...(note !== undefined && { note }),
    ...(multiLabel && { threshold: multiLabel.thresholds[index] }),
  }))
}
