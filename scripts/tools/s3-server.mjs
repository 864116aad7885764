// A real S3-compatible server for tests and benchmarks: moto, from PyPI.
import { join } from 'node:path'
import { createVenv, venvProgram } from './python.mjs'

const FOLDER = join('.cache', 's3-server')
const REQUIREMENT = 'moto[server]==5.2.5'

/** Path of the server program. Installs it if needed. */
export function s3Server() {
  createVenv(FOLDER, [REQUIREMENT], 'an S3-compatible server for the tests')
  return venvProgram(FOLDER, 'moto_server')
}
