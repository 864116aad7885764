// Programs and files from PyPI, in folders of the project.
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { run } from '../steps.mjs'

const WINDOWS = process.platform === 'win32'
const PYTHON = WINDOWS ? 'python' : 'python3'
const PIP_INSTALL = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-compile']

/** Installs packages with a tenth of pip's CPU time: https://docs.astral.sh/uv */
const UV = 'uv==0.13.9'
const UV_FOLDER = join('.cache', 'uv')
const UV_INSTALL = ['pip', 'install', '--quiet']
/** Uses the Python that is there. */
const UV_SETTINGS = { UV_PYTHON_DOWNLOADS: 'never', UV_CACHE_DIR: join(UV_FOLDER, 'cache') }

/** Path of a program in a virtual environment. */
export function venvProgram(folder, name) {
  return WINDOWS ? join(folder, 'Scripts', `${name}.exe`) : join(folder, 'bin', name)
}

/**
 * Makes a virtual environment with packages, unless it's there.
 *
 * @param purpose what the packages are, for messages
 * @throws Error if Python or PyPI isn't available
 */
export function createVenv(folder, packages, purpose, { output = 'inherit' } = {}) {
  once(folder, packages, purpose, () => {
    const stdio = ['ignore', output, 'inherit']
    return uvVenv(folder, packages, stdio) || pipVenv(folder, packages, stdio)
  })
}

/** Unpacks packages into a folder, unless they're there, without what they depend on. Throws like `createVenv`. */
export function unpackPackages(folder, packages, purpose) {
  once(folder, packages, purpose, () => {
    const into = ['--no-deps', '--target', folder, ...packages]
    return (installUv() && uv([...UV_INSTALL, '--python', PYTHON, ...into])) || run(PYTHON, [...PIP_INSTALL, ...into])
  })
}

/** Makes pip's faster substitute ready for others, and says whether that worked. Where it isn't available, pip is used. */
export function installUv() {
  try {
    once(UV_FOLDER, [UV], 'uv', () => pipVenv(UV_FOLDER, [UV], 'ignore'))
    return true
  } catch {
    return false
  }
}

/** Fills a folder, unless it was filled with the same packages and to its end. */
function once(folder, packages, purpose, fill) {
  const [mark, content] = [join(folder, '.complete'), packages.join('\n')]
  const isFilled = () => existsSync(mark) && readFileSync(mark, 'utf8') === content
  if (isFilled()) return
  alone(`${folder}.lock`, () => {
    if (isFilled()) return
    rmSync(folder, { recursive: true, force: true })
    console.error(`Installing ${purpose} (once) …`)
    if (!fill()) throw new Error(`Python with venv (Debian: python3-venv) and PyPI are needed for ${purpose}.`)
    writeFileSync(mark, content)
  })
}

/** A lock this old was left by a process that was killed (milliseconds). */
const STALE_MS = 300_000
const POLL_MS = 200

/** Runs a task while no other process of this project runs it: test files that need the same tool start at once. */
function alone(lock, task) {
  mkdirSync(dirname(lock), { recursive: true })
  while (!locked(lock)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, POLL_MS)
  try {
    task()
  } finally {
    rmSync(lock, { recursive: true, force: true })
  }
}

function locked(lock) {
  try {
    mkdirSync(lock)
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
    const since = statSync(lock, { throwIfNoEntry: false })?.mtimeMs
    if (since !== undefined && Date.now() - since > STALE_MS) rmSync(lock, { recursive: true, force: true })
    return false
  }
}

function uvVenv(folder, packages, stdio) {
  return (
    installUv() &&
    uv(['venv', '--quiet', '--clear', '--python', PYTHON, folder], stdio) &&
    uv([...UV_INSTALL, '--python', venvProgram(folder, 'python'), ...packages], stdio)
  )
}

function pipVenv(folder, packages, stdio) {
  return (
    run(PYTHON, ['-m', 'venv', '--clear', folder], {}, stdio) &&
    run(venvProgram(folder, 'python'), [...PIP_INSTALL, ...packages], {}, stdio)
  )
}

function uv(args, stdio) {
  return run(venvProgram(UV_FOLDER, 'uv'), args, UV_SETTINGS, stdio)
}
