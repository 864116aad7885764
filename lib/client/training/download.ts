import { fetchFile } from './saved-models'

const FOLDER = ['config.json', 'head.safetensors', 'examples.safetensors', 'evaluation.json', 'README.md']
const ONNX = ['model.onnx', 'labels.txt', 'preprocessing.json', 'classify.py', 'README.md']

/** The model's folder as a ZIP. @throws Failure */
export function downloadFolder(id: string): Promise<Blob> {
  return zipOf(id, FOLDER)
}

/** The model as one ONNX file, with its labels and how photos have to be prepared, as a ZIP. @throws Failure */
export function downloadOnnx(id: string): Promise<Blob> {
  return zipOf(id, ONNX)
}

async function zipOf(id: string, names: readonly string[]): Promise<Blob> {
  const files: [string, Blob][] = []
  for (const name of names) files.push([name, await fetchFile(id, name)])
  return zipFiles(id, files)
}

/** Files in a folder of this name, as a ZIP. */
export async function zipFiles(folder: string, files: readonly (readonly [name: string, file: Blob])[]): Promise<Blob> {
  const { BlobReader, BlobWriter, configure, ZipWriter } = await import('@zip.js/zip.js/lib/zip-core-custom.js')
  configure({ useWebWorkers: false })
  const writer = new ZipWriter(new BlobWriter('application/zip'), { level: 0 })
  for (const [name, file] of files) await writer.add(`${folder}/${name}`, new BlobReader(file))
  return writer.close()
}
