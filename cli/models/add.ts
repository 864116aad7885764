import { stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { publish, requireId, stage } from '@/lib/server/catalog/install'
import { dataFilesOf } from '@/lib/server/catalog/onnx/data-files'
import { EXIT, Failure } from '../exit'
import { asFailure, modelCheck, sentence } from './check'
import type { Where } from './where'

interface Options {
  as?: string
  config?: string
  preprocessor?: string
  force?: boolean
}

/** Installs a model folder, or an ONNX file with its configurations, after it was proved to work. */
export async function add(where: Where, path: string, options: Options): Promise<void> {
  const entry = await stat(path).catch(() => {
    throw new Failure(EXIT.notFound, `There is no file or folder ${path}.`)
  })
  const id = options.as ?? basename(resolve(path)).replace(/\.onnx$/i, '')
  try {
    requireId(id)
    await stage(where.modelsDir, id, entry.isDirectory() ? { '.': path } : await filesOf(path, options))
    await publish(where.modelsDir, id, modelCheck(where), options.force)
  } catch (error) {
    throw asFailure(error)
  }
  console.log(`${id} is installed. A running server serves it within a second.`)
}

/** The files around an ONNX file: given, or beside it. */
async function filesOf(path: string, options: Options): Promise<Record<string, string>> {
  const near = [dirname(path), join(dirname(path), '..')]
  const config = options.config ?? (await first(near.map((folder) => join(folder, 'config.json'))))
  const preprocessor =
    options.preprocessor ?? (await first(near.map((folder) => join(folder, 'preprocessor_config.json'))))
  if (config === undefined || preprocessor === undefined) {
    throw new Failure(
      EXIT.usage,
      sentence('an ONNX file alone says neither its labels nor its preprocessing: give --config and --preprocessor'),
    )
  }
  const data = await dataFilesOf(dirname(path), basename(path)).catch((error: Error) => {
    throw new Failure(EXIT.invalid, sentence(error.message), { cause: error })
  })
  return {
    'config.json': config,
    'preprocessor_config.json': preprocessor,
    [join('onnx', 'model.onnx')]: path,
    ...Object.fromEntries(data.map((name) => [join('onnx', name), join(dirname(path), name)])),
  }
}

async function first(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) {
    const there = await stat(path).then(
      (entry) => entry.isFile(),
      () => false,
    )
    if (there) return path
  }
  return undefined
}
