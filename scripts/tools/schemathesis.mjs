// Schemathesis, which tests a server against its OpenAPI document, and a validator of such documents, from PyPI.
import { resolve } from 'node:path'
import { createVenv, venvProgram } from './python.mjs'

const FOLDER = resolve('.cache', 'schemathesis')
const REQUIREMENTS = ['openapi-spec-validator==0.9.0', 'schemathesis==4.32.5']

/** Path of the program. Installs it if needed. */
export function schemathesis() {
  return installed('schemathesis')
}

/** Path of `openapi-spec-validator`. Installs it if needed. */
export function specValidator() {
  return installed('openapi-spec-validator')
}

function installed(program) {
  createVenv(FOLDER, REQUIREMENTS, 'schemathesis for the tests', { output: 'ignore' })
  return venvProgram(FOLDER, program)
}
