import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { edit, REAL_MODEL_FOLDER, TINY_MODEL_FOLDER } from './models'
import { writeCatalog, writeTinyModel } from './onnx'
import { SHARED_S3, startS3Process } from './s3'

/** What all files of a run share: one S3-compatible server, in which each test has a bucket, and folders of models. */
export default async function setUp(): Promise<() => Promise<void>> {
  const { url, stop } = await startS3Process()
  process.env[SHARED_S3] = url
  const folders = { [TINY_MODEL_FOLDER]: tinyModel(), [REAL_MODEL_FOLDER]: realModel() }
  Object.assign(process.env, folders)
  return async () => {
    for (const folder of Object.values(folders)) rmSync(folder, { recursive: true })
    await stop()
  }
}

/** A model with a thousand labels that takes no time to load or to run. */
function tinyModel(): string {
  const folder = mkdtempSync(join(tmpdir(), 'models-'))
  writeCatalog(folder, { fast: 'tiny' }, 'fast', 1000)
  return folder
}

/**
 * The smallest bundled model, because loading all three takes a third of a server's start, and a tiny one for what needs
 * hundreds of runs.
 */
function realModel(): string {
  const folder = mkdtempSync(join(tmpdir(), 'models-'))
  for (const name of ['catalog.json', 'imagenet-classes.csv', 'self-test.png', 'efficientnet-lite0-int8'])
    cpSync(join('models', name), join(folder, name), { recursive: true })
  edit<{ default: string; types: Record<string, object> }>(join(folder, 'catalog.json'), (catalog) => {
    const { fast } = catalog.types
    Object.assign(catalog, { default: 'fast', types: { fast } })
  })
  writeTinyModel(folder, 'tiny')
  return folder
}
