import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { exportOnnx } from '@/lib/server/custom-models/export-onnx'
import { pythonExample } from '@/lib/server/custom-models/python-example'
import type { Model } from '@/lib/server/engine/model'
import type { LoadReport } from '@/lib/server/engine/protocol'
import { batchEngine } from '../eval/run'
import { EXIT, Failure } from '../program/exit'
import { customModels } from './custom'
import { findModel } from './list'
import type { ModelsContext } from './models-context'

/** Exports a custom model as one ONNX file with its labels, a card and an example. @throws Failure */
export async function exportModel(context: ModelsContext, id: string, { onnx }: { onnx: string }): Promise<void> {
  const custom = (await customModels(context.dataDir)).find((model) => model.id === id)
  if (custom === undefined) throw new Failure(EXIT.notFound, `There is no custom model named ${id}.`)
  if (custom.error !== null || custom.head === null)
    throw new Failure(EXIT.invalid, `The model ${id} cannot be used: ${custom.error}.`)
  const base = await findModel(context, custom.head.base.id)
  if (base.revision !== custom.head.base.revision)
    throw new Failure(
      EXIT.invalid,
      `${id} was trained on another revision of ${base.id}. Train it again with --refresh.`,
    )
  await mkdir(onnx, { recursive: true })
  const { input, output } = await reportOf(base, context)
  await writeFile(join(onnx, 'model.onnx'), await exportOnnx(custom, base, output))
  await writeFile(join(onnx, 'labels.txt'), `${custom.labels.join('\n')}\n`)
  await writeFile(join(onnx, 'preprocessing.json'), `${JSON.stringify(base.preprocessor, null, 2)}\n`)
  await writeExample(onnx, base, input, custom.multiLabel?.thresholds)
  const card = await readFile(join(custom.folder, 'README.md'), 'utf8')
  await writeFile(join(onnx, 'README.md'), `${card}${base.preprocessor === null ? '' : HOW_TO_USE}`)
  console.log(`${join(onnx, 'model.onnx')}: ${id} with ${custom.labels.length} labels, output "probabilities"`)
}

async function writeExample(
  onnx: string,
  { preprocessor }: Model,
  input: NonNullable<LoadReport['input']>,
  thresholds: readonly number[] | undefined,
) {
  if (preprocessor !== null) await writeFile(join(onnx, 'classify.py'), pythonExample(preprocessor, input, thresholds))
}

const HOW_TO_USE = `
## Use

With Python, after \`pip install onnxruntime numpy pillow\`, in this folder: \`python classify.py photo.jpg\`.

The scores are those of Vision Object Classifier. They differ a little for large JPEG photos, which it decodes at a
smaller size, for photos in other colors than sRGB, which it converts, and for half-transparent ones, which it rounds
otherwise. Pillow can’t reduce gray photos with 16 bits per pixel: save them with 8 bits first.
`

/** The input and the output of the base model, as the engine uses them. @throws Failure */
async function reportOf(base: Model, { root, maxPixels }: ModelsContext) {
  const engine = await batchEngine({
    catalog: async () => [{ ...base, default: true }],
    workerScript: join(root, 'dist', 'engine-worker.js'),
    workers: 1,
    maxPixels,
  })
  const report = engine.report(base.id)
  await engine.close()
  if (report?.output && report.input) return { input: report.input, output: report.output }
  throw new Failure(EXIT.invalid, `The base model ${base.id} cannot be used: ${report?.error}.`)
}
