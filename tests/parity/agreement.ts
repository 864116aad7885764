// Share of photos for which this project and Pillow give the same top label.
// tsx tests/parity/agreement.ts <fp32 folder> <file written by pillow_top1.py>
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readCatalog } from '@/lib/server/catalog/catalog'
import { createEngine } from '@/lib/server/engine/engine'

const [fp32 = '', answers = ''] = process.argv.slice(2)
const { photos, top1 } = JSON.parse(readFileSync(answers, 'utf8')) as {
  photos: string[]
  top1: Record<string, number[]>
}

/** Creates a model folder for each float32 export, whose input is normalised planes. */
function modelsWithFloat32(): string {
  const folder = mkdtempSync(join(tmpdir(), 'agreement-'))
  cpSync('models', folder, { recursive: true, filter: (path) => !path.includes('build') })
  for (const name of Object.keys(top1).filter((id) => !id.endsWith('-int8'))) {
    const shipped = join(folder, `${name}-int8`)
    mkdirSync(join(folder, name, 'onnx'), { recursive: true })
    cpSync(join(fp32, `${name}.onnx`), join(folder, name, 'onnx', 'model.onnx'))
    cpSync(join(shipped, 'config.json'), join(folder, name, 'config.json'))
    const preprocessor = JSON.parse(readFileSync(join(shipped, 'preprocessor_config.json'), 'utf8'))
    const normalisation = {
      do_rescale: true,
      rescale_factor: 1 / 255,
      do_normalize: true,
      image_mean: 127 / 255,
      image_std: 128 / 255,
    }
    writeFileSync(join(folder, name, 'preprocessor_config.json'), JSON.stringify({ ...preprocessor, ...normalisation }))
  }
  return folder
}

const modelsDir = modelsWithFloat32()
const log = { info() {}, warn: console.warn, error: console.error }
const engine = await createEngine({
  catalog: () => readCatalog(modelsDir),
  workerScript: 'dist/engine-worker.js',
  workers: 2,
  workerTimeoutMs: 60_000,
  workerMaxBytes: 1e9,
  deadlineMs: 600_000,
  maxPixels: 50e6,
  queue: { photos: 10_000, bytes: 1e12 },
  log,
})
await engine.settled()
for (const [model, expected] of Object.entries(top1)) {
  const same = await Promise.all(
    photos.map(
      async (path, i) =>
        (await engine.classify(readFileSync(path), { model, topK: 1 })).predictions[0]?.index === expected[i],
    ),
  )
  const count = same.filter(Boolean).length
  console.log(
    `${model.padEnd(24)} ${((100 * count) / photos.length).toFixed(2)} % of ${photos.length} photos (${photos.length - count} differ)`,
  )
}
await engine.close()
rmSync(modelsDir, { recursive: true })
