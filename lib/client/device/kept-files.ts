import type { DeviceModel } from '@/lib/shared/contract/device'
import { underBase } from '@/lib/shared/web/base-path'

/**
 * The files of models in this browser's storage, and what the server said of the models. Keys of files are the SHA-256 of
 * their content: custom models share them.
 */
export const DEVICE_CACHE = 'vision-device-models'

const GRAPHS = underBase('/api/graphs/')

export const graphKey = (sha256: string) => GRAPHS + sha256

/** IDs of the models whose files are in this browser. */
export async function keptModels(): Promise<string[]> {
  if (!(await caches.has(DEVICE_CACHE))) return []
  const cache = await caches.open(DEVICE_CACHE)
  const [models, graphs] = await Promise.all([describedModels(cache), keptGraphs(cache)])
  const kept = new Set(graphs.map(({ sha256 }) => sha256))
  return models.flatMap(({ model, graph }) => (kept.has(graph.sha256) ? [model.id] : []))
}

/**
 * What the server said of a model when it was asked last.
 *
 * @param name ID or type: pages ask by either
 */
export async function keptModel(cache: Cache, name: string): Promise<DeviceModel | undefined> {
  return (await describedModels(cache)).findLast(({ model }) => model.id === name || model.type === name)
}

/** Stores a model's file, and removes those that no model has anymore: earlier revisions would only fill the disk. */
export async function storeGraph(cache: Cache, sha256: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  const [models, graphs] = await Promise.all([describedModels(cache), keptGraphs(cache)])
  const used = new Set(models.map(({ graph }) => graph.sha256))
  const unused = graphs.filter((graph) => !used.has(graph.sha256))
  await Promise.all(unused.map(({ request }) => cache.delete(request)))
  await cache.put(graphKey(sha256), new Response(bytes))
}

async function describedModels(cache: Cache): Promise<DeviceModel[]> {
  const requests = (await cache.keys()).filter(({ url }) => url.endsWith('/device'))
  const responses = await Promise.all(requests.map((request) => cache.match(request)))
  return Promise.all(responses.flatMap((response) => (response ? [response.json() as Promise<DeviceModel>] : [])))
}

async function keptGraphs(cache: Cache): Promise<{ request: Request; sha256: string }[]> {
  return (await cache.keys()).flatMap((request) => {
    const { pathname } = new URL(request.url)
    return pathname.startsWith(GRAPHS) ? [{ request, sha256: pathname.slice(GRAPHS.length) }] : []
  })
}
