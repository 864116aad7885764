// Python with what makes small text-image models and their expected results: tests/parity/make_text_image.py.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createVenv, unpackPackages, venvProgram } from './python.mjs'

const FOLDER = join('.cache', 'text-image')
const REQUIREMENTS = 'tests/parity/text-image-requirements.txt'
/** Has the vocabulary of CLIP. Without what it depends on: PyTorch takes gigabytes. */
const OPEN_CLIP = 'open_clip_torch==3.3.0'

/** The Python program and its environment. Installs the packages if needed. */
export function textImagePython() {
  const packages = readFileSync(REQUIREMENTS, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
  createVenv(join(FOLDER, 'venv'), packages, 'transformers for the tests')
  unpackPackages(join(FOLDER, 'open-clip'), [OPEN_CLIP], 'the vocabulary of CLIP')
  return { program: venvProgram(join(FOLDER, 'venv'), 'python'), env: { PYTHONPATH: join(FOLDER, 'open-clip') } }
}
