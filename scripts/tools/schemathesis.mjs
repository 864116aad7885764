// Schemathesis, which tests a server against its OpenAPI document, from PyPI.
import { resolve } from 'node:path'
import { createVenv, venvProgram } from './python.mjs'

const FOLDER = resolve('.cache', 'schemathesis')
const REQUIREMENT = 'schemathesis==4.32.5'

/** Path of the program. Installs it if needed. */
export function schemathesis() {
  createVenv(FOLDER, [REQUIREMENT], 'schemathesis for the tests', { output: 'ignore' })
  return venvProgram(FOLDER, 'schemathesis')
}
