import type { DeviceModel } from '@/lib/shared/contract/device'
import { customDeviceModel } from '@/lib/shared/inference/custom-device-model'
import { customConfigSchema } from '@/lib/shared/training/folder/custom-config'
import type { Failure } from '../api/failure'
import { readModel } from '../device-models/store'
import { BASE_GONE, BASE_REPLACED, OWN_MODEL_DAMAGED, OWN_MODEL_GONE } from './failures'
import { loadDeviceModel } from './model-files'

/**
 * How to run a model that was saved in this browser: as the server says of its base, with its own head.
 *
 * @throws Failure if the model, its base, or the revision of its base isn't there anymore
 */
export async function describeOwnModel(id: string, signal: AbortSignal): Promise<DeviceModel> {
  const stored = await readModel(id)
  if (stored === null) throw OWN_MODEL_GONE
  const base = await loadDeviceModel(stored.base.id, signal).catch((error: Partial<Failure>) => {
    throw error.code === 'unknown_model' ? BASE_GONE : error
  })
  if (base.model.revision !== stored.base.revision) throw BASE_REPLACED
  const [config, head] = await Promise.all([
    stored.files['config.json'].text(),
    stored.files['head.safetensors'].arrayBuffer(),
  ])
  try {
    const { revision } = stored
    const parsed = customConfigSchema.parse(JSON.parse(config))
    return customDeviceModel(base, { id, revision, config: parsed, head: new Uint8Array(head) })
  } catch {
    throw OWN_MODEL_DAMAGED
  }
}
