// Programs that generate clients from an OpenAPI document, from npm and PyPI, for tests.
import { resolve } from 'node:path'
import { npmFolder } from './npm-folder.mjs'
import { createVenv, venvProgram } from './python.mjs'

const PYTHON_FOLDER = resolve('.cache', 'python-client-generator')
/** They need an older TypeScript than the project, so they have a folder of their own. */
const PACKAGES = [
  '@hey-api/openapi-ts@0.99.0',
  '@types/node@20.19.43',
  'openapi-fetch@0.17.0',
  'openapi-typescript@7.13.0',
  'typescript@5.9.3',
]
const REQUIREMENTS = ['httpx==0.28.1', 'mypy==2.4.1', 'openapi-python-client==0.29.1']

/** Folder whose node_modules has `openapi-ts`, `openapi-typescript`, `openapi-fetch` and `tsc`. Installs them if needed. */
export function clientGenerators() {
  return npmFolder('client-generators', PACKAGES, 'generators of clients for the tests')
}

/** Path of `openapi-python-client`, `mypy` or `python`. Installs them if needed. */
export function pythonClientGenerator(program) {
  createVenv(PYTHON_FOLDER, REQUIREMENTS, 'a generator of Python clients for the tests', { output: 'ignore' })
  return venvProgram(PYTHON_FOLDER, program)
}
