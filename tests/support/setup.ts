import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { edit, ONE_MODEL } from './models'
import { SHARED_S3, startS3Process } from './s3'

/** What all files of a run share: one S3-compatible server, in which each test has a bucket, and a folder of models. */
export default async function setUp(): Promise<() => Promise<void>> {
  const { url, stop } = await startS3Process()
  process.env[SHARED_S3] = url
  const models = oneModel()
  process.env[ONE_MODEL] = models
  return async () => {
    rmSync(models, { recursive: true })
    await stop()
  }
}

/** The smallest bundled model on its own: loading all three takes a third of a test server's start. */
function oneModel(): string {
  const folder = mkdtempSync(join(tmpdir(), 'models-'))
  for (const name of ['catalog.json', 'imagenet-classes.csv', 'self-test.png', 'efficientnet-lite0-int8'])
    cpSync(join('models', name), join(folder, name), { recursive: true })
  edit<{ default: string; types: Record<string, object> }>(join(folder, 'catalog.json'), (catalog) => {
    const { fast } = catalog.types
    Object.assign(catalog, { default: 'fast', types: { fast } })
  })
  return folder
}
