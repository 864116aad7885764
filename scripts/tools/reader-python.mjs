// Python with the libraries that people read our files with: NumPy, Apache Arrow, ONNX Runtime, and Pillow.
import { join } from 'node:path'
import { createVenv, venvProgram } from './python.mjs'

const FOLDER = join('.cache', 'reader-python')
const REQUIREMENTS = ['numpy==2.4.6', 'pyarrow==26.0.1', 'onnxruntime==1.32.0', 'pillow==13.0.0']

/** Path of the Python program. Installs the libraries if needed. */
export function readerPython() {
  createVenv(FOLDER, REQUIREMENTS, 'NumPy, Apache Arrow and ONNX Runtime for the tests')
  return venvProgram(FOLDER, 'python')
}
