import type { FileEntry } from '@zip.js/zip.js'
import { labelsOf } from '@/lib/shared/inference/custom-device-model'
import { readExamples } from '@/lib/shared/training/example-file'
import { type CustomConfig, customConfigSchema } from '@/lib/shared/training/folder/custom-config'
import { multiLabelRule } from '@/lib/shared/training/folder/multi-label-rule'
import { readHead } from '@/lib/shared/training/folder/read-head'
import type { Failure } from '../api/failure'
import { OWN_MODEL } from '../device/own-model-id'
import { zipFiles } from '../training/download'
import { FILES, keepFiles } from './keep'
import type { OwnModel } from './store'

/** More than this is no custom model: 5,000 examples take 30 MB. */
const MAX_BYTES = 500_000_000

/** The file isn't a ZIP with the files of a custom model. */
const NOT_A_MODEL: Failure = { code: 'device_not_a_model', retryable: false, retryAfterMs: null }

/** Its labels are words: its base runs only on the server. */
const WORDS_MODEL: Failure = { code: 'device_model', retryable: false, retryAfterMs: null }

/** The name of a model's folder and ZIP. */
export const folderName = ({ id }: Pick<OwnModel, 'id'>): string => id.slice(OWN_MODEL.length)

/** A model's folder as a ZIP, as the server's page downloads it. */
export function exportModel(model: OwnModel): Promise<Blob> {
  const files = FILES.flatMap((name) => {
    const file = model.files[name]
    return file === undefined ? [] : [[name, file] as const]
  })
  return zipFiles(folderName(model), files)
}

/**
 * Keeps the model of a ZIP with its folder in this browser, beside those that are there.
 *
 * @throws Failure
 */
export async function importModel(archive: Blob): Promise<OwnModel> {
  const files = await unpack(archive).catch(() => {
    throw NOT_A_MODEL
  })
  const config = requireModel(files)
  if (config.vision.head === 'cosine') throw WORDS_MODEL
  return keepFiles(null, files)
}

/** The files of the model, wherever their folder is in the archive. */
async function unpack(archive: Blob): Promise<Map<string, Uint8Array>> {
  const { BlobReader, configure, Uint8ArrayWriter, ZipReader } = await import('@zip.js/zip.js/lib/zip-core-custom.js')
  configure({ useWebWorkers: false })
  const reader = new ZipReader(new BlobReader(archive), { checkSignature: true })
  try {
    const files = new Map<string, Uint8Array>()
    const entries = (await reader.getEntries()).filter((entry): entry is FileEntry => !entry.directory)
    const config = entries.find(({ filename }) => /^([^/]+\/)?config\.json$/.test(filename))
    const folder = config?.filename.slice(0, -'config.json'.length) ?? ''
    const wanted = entries.filter(({ filename }) => FILES.some((name) => filename === `${folder}${name}`))
    if (wanted.reduce((sum, { uncompressedSize }) => sum + uncompressedSize, 0) > MAX_BYTES) throw NOT_A_MODEL
    for (const entry of wanted)
      files.set(entry.filename.slice(folder.length), await entry.getData(new Uint8ArrayWriter()))
    return files
  } finally {
    await reader.close()
  }
}

/** Reads every file as it is read later. @throws Failure */
function requireModel(files: ReadonlyMap<string, Uint8Array>): CustomConfig {
  try {
    const config = customConfigSchema.parse(
      JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(files.get('config.json'))),
    )
    const labels = labelsOf(config)
    multiLabelRule(config, labels.length)
    readHead(config.vision.head, files.get('head.safetensors') ?? new Uint8Array(), labels.length)
    const examples = files.get('examples.safetensors')
    if (examples) readExamples(examples)
    return config
  } catch {
    throw NOT_A_MODEL
  }
}
