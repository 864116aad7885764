// Programs from PyPI in virtual environments of the project.
import { join } from 'node:path'
import { run } from '../steps.mjs'

const WINDOWS = process.platform === 'win32'

/** Path of a program in a virtual environment. */
export function venvProgram(folder, name) {
  return WINDOWS ? join(folder, 'Scripts', `${name}.exe`) : join(folder, 'bin', name)
}

/**
 * Creates a virtual environment and installs packages with pip.
 *
 * @param purpose what the packages are, for the error
 * @throws Error if Python or PyPI isn't available
 */
export function createVenv(folder, packages, purpose, { output = 'inherit', target } = {}) {
  const stdio = ['ignore', output, 'inherit']
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check']
  const into = target === undefined ? [] : ['--no-deps', '--target', target]
  const created = run(WINDOWS ? 'python' : 'python3', ['-m', 'venv', folder], {}, stdio)
  if (!created || !run(venvProgram(folder, 'python'), [...pip, ...into, ...packages], {}, stdio)) {
    throw new Error(`Python with venv (Debian: python3-venv) and PyPI are needed for ${purpose}.`)
  }
}
