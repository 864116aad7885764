import { stat } from 'node:fs/promises'
import type { DeviceModel } from '@/lib/shared/contract/device'
import { Problem } from '@/lib/shared/problems/problem'
import { fileSha256 } from '../catalog/revision'
import { synonymsOf } from './label-kinds'
import { type Model, modelRef } from './model'
import type { ServedModel } from './model-lookup'
import type { LoadReport } from './protocol'
import type { DeviceModelFile } from './types'

/** The digest of each graph, by revision and path: a revision never changes. */
const digests = new Map<string, Promise<string>>()

/**
 * Describes a model to a browser that runs it.
 *
 * @param maxPixels the most pixels that a photo may have
 * @throws Problem `not_ready` if it is still loading; `not_found` if it can't run in a browser
 */
export async function deviceModelOf(
  { model, base }: ServedModel,
  report: LoadReport | undefined,
  maxPixels: number,
): Promise<DeviceModelFile> {
  const { id, preprocessor, file, temperature, activation, uncertainty, multiLabel, background } = model
  if (base !== model) throw serverOnly(id, 'it is a custom model')
  if (!report?.input || !report.output) throw new Problem('not_ready', `The model ${id} is still loading. Try again.`)
  const { name, scores } = report.output
  if (scores === 'embedding' || preprocessor === null) throw serverOnly(id, 'it is a text-image model')
  const { size } = await stat(file)
  // The size of a model counts its data files, too.
  if (size !== model.bytes) throw serverOnly(id, 'its weights are in several files')
  const device: DeviceModel = {
    model: modelRef(model),
    graph: { sha256: await digestOf(model), bytes: size },
    preprocessor: { ...preprocessor, normalisation: preprocessor.normalisation && copied(preprocessor.normalisation) },
    input: report.input,
    output: { name, scores },
    temperature: temperature ?? 1,
    activation,
    uncertainty,
    multiLabel: multiLabel && { ...multiLabel, thresholds: [...multiLabel.thresholds] },
    background,
    labels: labelsOf(model),
    max_pixels: maxPixels,
  }
  return { device, file }
}

function copied({ rescale, mean, std }: NonNullable<NonNullable<Model['preprocessor']>['normalisation']>) {
  return { rescale, mean: [...mean], std: [...std] }
}

function labelsOf({ labels, synonyms, notes }: Model): DeviceModel['labels'] {
  return labels.map((label, index) => {
    const others = synonymsOf(label, synonyms[index] ?? [])
    const note = notes.get(index)
    return { label, ...(others.length > 0 ? { synonyms: others } : {}), ...(note ? { note } : {}) }
  })
}

function digestOf({ revision, file }: Model): Promise<string> {
  const key = `${revision} ${file}`
  const known = digests.get(key)
  if (known !== undefined) return known
  const digest = fileSha256(file)
  digests.set(key, digest)
  digest.catch(() => digests.delete(key))
  return digest
}

function serverOnly(id: string, reason: string): Problem {
  return new Problem('not_found', `The model ${id} can’t run in a browser: ${reason}. It runs on the server.`)
}
