// Python with the client libraries of other services and what our own client needs, for tests.
import { join } from 'node:path'
import { createVenv, venvProgram } from './python.mjs'

const FOLDER = join('.cache', 'client-python')
const REQUIREMENTS = [
  'gradio_client==2.7.2',
  'huggingface_hub==2.4.0',
  'httpx==0.28.1',
  'numpy==2.4.6',
  'openai==3.57.0',
  'pandas==3.1.1',
  'tritonclient[grpc,http]==2.73.0',
]

/** Path of the Python program. Installs the libraries if needed. */
export function clientPython() {
  createVenv(FOLDER, REQUIREMENTS, 'client libraries for the tests')
  return venvProgram(FOLDER, 'python')
}
