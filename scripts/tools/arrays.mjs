// Python with the libraries that read arrays, for tests of the files that we write: NumPy and Apache Arrow.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createVenv, venvProgram } from './python.mjs'

const FOLDER = join('.cache', 'arrays')
const REQUIREMENTS = ['numpy==2.4.6', 'pyarrow==26.0.1']

/** Path of the Python program. Installs it if needed. */
export function arraysPython() {
  const command = venvProgram(FOLDER, 'python')
  if (existsSync(command)) return command
  console.error('Installing NumPy and Apache Arrow for the tests (once) …')
  createVenv(FOLDER, REQUIREMENTS, 'NumPy and Apache Arrow')
  return command
}
