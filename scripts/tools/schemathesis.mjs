// Schemathesis, which tests a server against its OpenAPI document, from PyPI.
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createVenv, venvProgram } from './python.mjs'

const REQUIREMENT = 'schemathesis==4.32.5'
const FOLDER = resolve('.cache', REQUIREMENT.replace('==', '-'))

/** Path of the program. Installs it if needed. */
export function schemathesis() {
  const complete = join(FOLDER, '.complete')
  if (!existsSync(complete)) {
    console.error('Installing schemathesis for the tests (once) …')
    rmSync(FOLDER, { recursive: true, force: true })
    createVenv(FOLDER, [REQUIREMENT], 'schemathesis', { output: 'ignore' })
    writeFileSync(complete, '')
  }
  return venvProgram(FOLDER, 'schemathesis')
}
