import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { edit, ONE_MODEL } from './models'
import { tinyOnnx, writeModelFolder } from './onnx'
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

/**
 * The smallest bundled model, because loading all three takes a third of a test server's start, and one that takes no
 * time, for what needs hundreds of runs.
 */
function oneModel(): string {
  const folder = mkdtempSync(join(tmpdir(), 'models-'))
  for (const name of ['catalog.json', 'imagenet-classes.csv', 'self-test.png', 'efficientnet-lite0-int8'])
    cpSync(join('models', name), join(folder, name), { recursive: true })
  edit<{ default: string; types: Record<string, object> }>(join(folder, 'catalog.json'), (catalog) => {
    const { fast } = catalog.types
    Object.assign(catalog, { default: 'fast', types: { fast } })
  })
  const preprocessor = { do_resize: true, size: { height: 8, width: 8 }, do_rescale: true, do_normalize: false }
  const tiny = tinyOnnx({ type: 'float32', layout: 'nchw', shape: [1, 3, 8, 8], output: 'logits', classes: 9 })
  writeModelFolder(folder, 'tiny', tiny, preprocessor, 9)
  return folder
}
