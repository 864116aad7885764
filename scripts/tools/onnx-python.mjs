// Python with ONNX Runtime and Pillow, for tests of what we export for programs without this project.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createVenv, venvProgram } from './python.mjs'

const FOLDER = join('.cache', 'onnx-python')
const REQUIREMENTS = ['onnxruntime==1.32.0', 'numpy==2.4.6', 'pillow==13.0.0']

/** Path of the Python program. Installs it if needed. */
export function onnxPython() {
  const command = venvProgram(FOLDER, 'python')
  if (existsSync(command)) return command
  console.error('Installing ONNX Runtime for Python for the tests (once) …')
  createVenv(FOLDER, REQUIREMENTS, 'ONNX Runtime for Python')
  return command
}
