import * as z from 'zod'
import type { ModelInfo } from '@/lib/shared/contract/contract'
import type { Engine } from '../../../engine/types'

/** As in TorchServe's own parameters. */
export const pageRequest = z.object({
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  next_page_token: z.coerce.number().int().min(0).default(0),
})

/** A page of the models' names, and where the next one starts if there is one. */
export function listModels(
  models: readonly ModelInfo[],
  { limit, next_page_token: start }: z.output<typeof pageRequest>,
) {
  const end = start + limit
  return {
    ...(end < models.length ? { nextPageToken: String(end) } : {}),
    models: models.slice(start, end).map(({ id }) => ({ modelName: id, modelUrl: id })),
  }
}

/**
 * A model's state as TorchServe describes it. The workers and the queue are those of the server: each worker has all
 * models here.
 *
 * @param started when this server did (milliseconds since 1970)
 */
export function describeModel(
  { id, status }: ModelInfo,
  { queue, workers }: ReturnType<Engine['stats']>,
  started: number,
) {
  const { ready, wanted, bytes } = workers
  return {
    modelName: id,
    modelVersion: '1.0',
    modelUrl: id,
    engine: 'ONNX Runtime',
    runtime: 'node',
    minWorkers: wanted,
    maxWorkers: wanted,
    batchSize: 1,
    maxBatchDelay: 0,
    workers: Array.from({ length: status === 'ready' ? ready : 0 }, (_, at) => ({
      id: String(9000 + at),
      startTime: new Date(started).toISOString(),
      status: 'READY',
      gpu: false,
      memoryUsage: Math.round(bytes / ready),
    })),
    jobQueueStatus: { remainingCapacity: queue.limit - queue.photos, pendingRequests: queue.photos },
  }
}
