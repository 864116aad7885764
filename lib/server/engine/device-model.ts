import { readFile, stat } from 'node:fs/promises'
import type { DeviceModel } from '@/lib/shared/contract/device'
import { Problem } from '@/lib/shared/problems/problem'
import { fileSha256 } from '../catalog/revision'
import { kindMembers } from './kind-members'
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
  const { id, temperature, activation, uncertainty, multiLabel, background } = model
  const { preprocessor, file } = base
  if (!report?.input || !report.output) throw new Problem('not_ready', `The model ${id} is still loading. Try again.`)
  const { name, scores } = report.output
  if (scores === 'embedding' || preprocessor === null)
    throw serverOnly(id, `${base === model ? 'it' : 'its base'} is a text-image model`)
  const [{ size }, head] = await Promise.all([stat(file), headOf(model, base)])
  // The size of a model counts its data files, too.
  if (size !== base.bytes) throw serverOnly(id, 'its weights are in several files')
  const device: DeviceModel = {
    model: modelRef(model),
    graph: { sha256: await digestOf(base), bytes: size },
    preprocessor: { ...preprocessor, normalisation: preprocessor.normalisation && copied(preprocessor.normalisation) },
    input: report.input,
    output: { name, scores },
    embedding: embeddingOf(report),
    kinds: kindMembers(base.synonyms)?.map((each) => [...each]) ?? null,
    head,
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

async function headOf({ head, file }: Model, base: Model): Promise<DeviceModel['head']> {
  if (head === null) return null
  const bytes = await readFile(/* turbopackIgnore: true */ file)
  return { kind: head.kind, file: bytes.toString('base64'), baseTemperature: base.temperature ?? 1 }
}

function embeddingOf({ embedding, embeddingSource }: LoadReport): DeviceModel['embedding'] {
  if (embeddingSource === null || embedding === null || typeof embedding === 'string') return null
  return { ...embeddingSource, dimensions: embedding.dimensions }
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
