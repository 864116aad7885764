import type { CustomDescription } from '@/lib/shared/contract/custom-models'
import type { DeviceModel } from '@/lib/shared/contract/device'
import { modelFolder } from '@/lib/shared/training/folder/model-folder'
import type { Failure } from '../api/failure'
import { failureOf } from '../device/failures'
import { loadDeviceModel } from '../device/model-files'
import type { Embedded } from '../training/types'
import { keepFiles } from './keep'
import { type OwnModel, readModel } from './store'
import { trainHere } from './train-here'

interface SaveRequest {
  /** ID of the model to replace; null for a new one. */
  id: string | null
  /** Type or ID of the base model. */
  base: string
  description: CustomDescription
  multiLabel: boolean
  /** Where photos may have several labels, one for each. */
  examples: readonly { label: string; embedded: Embedded }[]
  signal: AbortSignal
  /** Share of the training, from 0 to 1. */
  onProgress(share: number): void
}

/** The base model is another one than the one that read the photos. */
export const BASE_CHANGED: Failure = { code: 'base_changed', retryable: false, retryAfterMs: null }

/**
 * Trains as the server does, and keeps the model in this browser.
 *
 * @throws Failure, or the signal's reason
 */
export async function saveOnDevice(request: SaveRequest): Promise<OwnModel> {
  const { id, description, multiLabel, signal, onProgress } = request
  const base = await baseOf(request.base, signal)
  if (request.examples.some(({ embedded }) => embedded.revision !== base.revision)) throw BASE_CHANGED
  const examples = request.examples.map(({ label, embedded: { sha256, embedding, kinds } }) => ({
    label,
    sha256,
    embedding,
    kinds,
  }))
  const trained = await trainHere({ examples, multiLabel }, signal, onProgress)
  const known = id === null ? {} : await describedAs(id)
  const created = new Date().toISOString()
  return keepFiles(id, modelFolder(trained, { ...known, ...description, base, created, unlisted: false }))
}

/** @throws Failure */
async function baseOf(name: string, signal: AbortSignal): Promise<Pick<DeviceModel['model'], 'id' | 'revision'>> {
  try {
    const { id, revision } = (await loadDeviceModel(name, signal)).model
    return { id, revision }
  } catch (error) {
    throw signal.aborted ? signal.reason : failureOf(error)
  }
}

/** How a model is described already. */
async function describedAs(id: string): Promise<CustomDescription> {
  const stored = await readModel(id)
  if (stored === null) return {}
  const { vision } = JSON.parse(await stored.files['config.json'].text())
  return { title: vision.title, license: vision.license, purpose: vision.custom?.purpose }
}
