// Schemathesis, which asks a server what its OpenAPI document says: from PyPI, in a folder of the project's own.
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { run } from '../steps.mjs'

const REQUIREMENT = 'schemathesis==4.32.5'
const FOLDER = resolve('.cache', REQUIREMENT.replace('==', '-'))

/** Path of the command, installed where it is not there yet. */
export function schemathesis() {
  const command = join(FOLDER, 'bin', 'schemathesis')
  const whole = join(FOLDER, '.whole')
  if (existsSync(whole)) return command
  console.error('Installing schemathesis for the tests (once) …')
  rmSync(FOLDER, { recursive: true, force: true })
  const pip = ['install', '--quiet', '--disable-pip-version-check', REQUIREMENT]
  if (!quietly('python3', ['-m', 'venv', FOLDER]) || !quietly(join(FOLDER, 'bin', 'pip'), pip)) {
    throw new Error('The tests need Python with venv (Debian: python3-venv) and PyPI for schemathesis.')
  }
  writeFileSync(whole, '')
  return command
}

function quietly(command, args) {
  return run(command, args, {}, ['ignore', 'ignore', 'inherit'])
}
