import type { Label } from '@/lib/shared/contract/contract'
import type { DeviceModel } from '@/lib/shared/contract/device'
import { underBase } from '@/lib/shared/web/base-path'
import { reportIfFull } from '../offline/storage-full'
import { withDeadline } from '../offline/with-deadline'
import { DEVICE_CACHE } from './kept-files'
import { loadDeviceModel } from './model-files'
import { isOwnModel } from './own-model-id'

/** How long the server may take, since this browser knows the labels as well. */
const PATIENCE_MS = 4000

/**
 * The labels of a model that runs in this browser. Without the server, they are those that it sent last, or else those
 * of the model itself, which have no WordNet IDs and no kinds.
 *
 * @throws Failure or TypeError if nobody knows them
 */
export async function labelsHere(model: string): Promise<readonly Label[]> {
  const { signal } = new AbortController()
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
  const response = await withDeadline(fetch(url), PATIENCE_MS).catch(() => null)
  if (response?.ok) await cache.put(url, response.clone()).catch(reportIfFull)
  const known = response?.ok ? response : await cache.match(url)
  return known ? ((await known.json()) as { labels: Label[] }).labels : null
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
