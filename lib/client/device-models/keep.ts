import { idOf } from '@/lib/shared/contract/custom-models'
import { customConfigSchema } from '@/lib/shared/training/folder/custom-config'
import type { ModelFiles } from '@/lib/shared/training/folder/model-folder'
import { REVISION_FILES, revisionText } from '@/lib/shared/training/folder/revision'
import type { Failure } from '../api/failure'
import { digestOf } from '../training/photo-digest'
import { freeId, keepModel, type OwnFiles, type OwnModel } from './store'

/** The names of a model's files, in the order in which a ZIP has them. */
export const FILES = [
  'config.json',
  'head.safetensors',
  'examples.safetensors',
  'evaluation.json',
  'README.md',
] as const

/** There is no storage, or it is full. */
const NOT_KEPT: Failure = { code: 'device_storage', retryable: true, retryAfterMs: null }

/**
 * Keeps a model in this browser.
 *
 * @param id of a model to replace; null for a new one
 * @throws Failure `device_storage`; ZodError if `config.json` isn't that of a custom model
 */
export async function keepFiles(id: string | null, files: ModelFiles): Promise<OwnModel> {
  const config = customConfigSchema.parse(JSON.parse(textOf(files.get('config.json'))))
  const { title = 'Custom model', base_model: base, head: kind } = config.vision
  const digests = await Promise.all(REVISION_FILES.map((name) => digestOf(bytesOf(files.get(name)))))
  const revision = `sha256:${await digestOf(bytesOf(revisionText(digests)))}`
  try {
    const model: OwnModel = {
      id: id ?? (await freeId(idOf(title) ?? 'model')),
      title,
      revision,
      base,
      kind,
      multiLabel: config.problem_type === 'multi_label_classification',
      labels: Object.keys(config.id2label).length,
      savedAt: Date.now(),
      files: blobsOf(files),
    }
    await keepModel(model)
    return model
  } catch (error) {
    throw error instanceof DOMException ? NOT_KEPT : error
  }
}

function blobsOf(files: ModelFiles): OwnFiles {
  const known = FILES.flatMap((name) => {
    const content = files.get(name)
    return content === undefined ? [] : [[name, new Blob([bytesOf(content)])] as const]
  })
  return Object.fromEntries(known) as unknown as OwnFiles
}

function textOf(content: Uint8Array | string | undefined): string {
  return typeof content === 'string' ? content : new TextDecoder().decode(content)
}

function bytesOf(content: Uint8Array | string | undefined): Uint8Array<ArrayBuffer> {
  return typeof content === 'string' ? new TextEncoder().encode(content) : new Uint8Array(content ?? [])
}
