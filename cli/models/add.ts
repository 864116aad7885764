import { stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { InstallError, publish, requireId, stage } from '@/lib/server/catalog/install'
import { checkedDataFiles } from '@/lib/server/catalog/onnx/data-files'
import { findGraphs } from '@/lib/server/catalog/onnx/find-onnx'
import { readOnnxGraph } from '@/lib/server/catalog/onnx/read-graph'
import { slowModelWarning } from '@/lib/server/engine/slow-model-warning'
import { EXIT, Failure } from '../program/exit'
import { modelCheck, toFailure } from './check'
import { type Described, type DescribeOptions, describeModel } from './describe'
import type { ModelsContext } from './models-context'
import { summary } from './summary'

interface Options extends DescribeOptions {
  as?: string
  force?: boolean
}

/** Installs a model folder or an ONNX file after testing it, and shows how it was interpreted. */
export async function add(context: ModelsContext, path: string, options: Options): Promise<void> {
  const entry = await stat(path).catch(() => {
    throw new Failure(EXIT.notFound, `There is no file or folder named ${path}.`)
  })
  const id = options.as ?? basename(resolve(path)).replace(/\.onnx$/i, '')
  let understood = ''
  let slow: string | null = null
  try {
    requireId(id)
    const folder = entry.isDirectory() ? path : dirname(path)
    const graphs = entry.isDirectory() ? await findGraphs(path) : { image: basename(path), text: null }
    if (graphs === undefined) throw new Failure(EXIT.invalid, `${path} contains no ONNX file.`)
    // A text-image model has no labels, and its folder says all the rest.
    const { files, origins } = graphs.text
      ? { files: { '.': folder }, origins: {} }
      : await described(id, folder, graphs.image, entry.isDirectory(), options)
    await stage(context.modelsDir, id, files)
    const check = modelCheck(context, (model, report) => {
      understood = summary(model, report, origins)
      slow = slowModelWarning(report.runMs ?? 0, context.limits)
    })
    await publish(context.modelsDir, id, check, options.force)
  } catch (error) {
    throw toFailure(error)
  }
  console.log(`${id} was installed. A running server loads it within a second.\n${understood}`.trimEnd())
  if (slow !== null) console.error(`Warning: ${slow}`)
}

/** The files of the new model folder: existing ones, and generated configuration files. */
async function described(
  id: string,
  folder: string,
  onnx: string,
  isFolder: boolean,
  options: Options,
): Promise<{ files: Record<string, string | object>; origins: Described['origins'] }> {
  try {
    const graph = readOnnxGraph(join(folder, onnx), onnx)
    const data = await checkedDataFiles(folder, onnx, graph)
    // Next to the file, or one level up if it is in a subfolder such as `onnx/`.
    const searchFolders = isFolder ? [folder, join(folder, dirname(onnx))] : [folder, join(folder, '..')]
    const { config, preprocessor, origins } = await describeModel(searchFolders, graph, options)
    const own: Record<string, string | object> = {
      'config.json': config,
      ...(preprocessor ? { 'preprocessor_config.json': preprocessor } : {}),
    }
    const weights = Object.fromEntries(data.map((name) => [join('onnx', name), join(folder, name)]))
    const files = isFolder
      ? { '.': folder, ...own }
      : { ...own, [join('onnx', 'model.onnx')]: join(folder, onnx), ...weights }
    return { files, origins }
  } catch (error) {
    if (error instanceof Failure) throw error
    throw new InstallError('invalid', `cannot install ${id}: ${(error as Error).message}`)
  }
}
