import type { Job } from '@/lib/shared/contract/jobs'
import { topKOf } from '@/lib/shared/contract/top-k'
import type { ModelName } from '@/lib/shared/results/columns'
import type { BatchSettings } from '../api'
import type { DeviceSettings, SavedBatch } from '../store'

const PREFIX = 'device-'

/** Whether a batch is one of this device: its ID says so. */
export function isDeviceBatch(id: string): boolean {
  return id.startsWith(PREFIX)
}

/** A new batch of this device, as the server would report it. */
export function newDeviceJob({ topK, threshold }: Pick<BatchSettings, 'topK' | 'threshold'>, model: ModelName): Job {
  return {
    id: `${PREFIX}${crypto.randomUUID()}`,
    state: 'running',
    reason: null,
    open: true,
    source: null,
    listing: false,
    model: { id: model.id, revision: model.revision },
    top_k: topKOf(topK ?? undefined).topK,
    threshold,
    embeddings: false,
    check: false,
    counts: { total: 0, done: 0, ok: 0, failed: 0 },
    rate: null,
    eta_s: null,
    created_at: new Date().toISOString(),
    finished_at: null,
    callback: null,
    expires_at: null,
  }
}

/** A batch of an earlier visit. */
export function savedDeviceJob({ id, created, model = '', outcome }: SavedBatch, settings: DeviceSettings): Job {
  const job = newDeviceJob(settings, { id: model, revision: settings.revision })
  const state = outcome?.state === 'done' || outcome?.state === 'cancelled' ? outcome.state : 'running'
  return { ...job, id, state, open: state === 'running', created_at: new Date(created).toISOString() }
}
