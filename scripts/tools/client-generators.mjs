// Programs that generate clients from an OpenAPI document, from npm and PyPI, for tests.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { run } from '../steps.mjs'
import { createVenv, venvProgram } from './python.mjs'

const NPM_FOLDER = resolve('.cache', 'client-generators')
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
const INSTALL = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--save-exact']

/** Folder whose node_modules has `openapi-ts`, `openapi-typescript`, `openapi-fetch` and `tsc`. Installs them if needed. */
export function clientGenerators() {
  const mark = join(NPM_FOLDER, '.complete')
  const wanted = PACKAGES.join('\n')
  if (existsSync(mark) && readFileSync(mark, 'utf8') === wanted) return NPM_FOLDER
  rmSync(NPM_FOLDER, { recursive: true, force: true })
  mkdirSync(NPM_FOLDER, { recursive: true })
  writeFileSync(join(NPM_FOLDER, 'package.json'), '{"private": true, "type": "module"}')
  console.error('Installing generators of clients for the tests (once) …')
  const installed = run('npm', [...INSTALL, ...PACKAGES], {}, ['ignore', 'ignore', 'inherit'], { cwd: NPM_FOLDER })
  if (!installed) throw new Error('npm could not install the generators of clients.')
  writeFileSync(mark, wanted)
  return NPM_FOLDER
}

/** Path of `openapi-python-client`, `mypy` or `python`. Installs them if needed. */
export function pythonClientGenerator(program) {
  createVenv(PYTHON_FOLDER, REQUIREMENTS, 'a generator of Python clients for the tests', { output: 'ignore' })
  return venvProgram(PYTHON_FOLDER, program)
}
