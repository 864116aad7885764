// Shared by the scripts: run a command, install once, build once.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { requireBasePath } from './build/base-path.mjs'

const [MAJOR, MINOR] = [20, 19]

/**
 * Node arguments of the built server, the same as in `npm start`. Photos pass through the heap's old space. With its
 * small initial size, V8 would mark all of it every few dozen photos, which takes 5% of a large photo's CPU time
 * (measured).
 */
export const SERVER = ['--initial-old-space-size=256', 'dist/server.js']

/** Exits with one line if Node is too old. */
export function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > MAJOR || (major === MAJOR && minor >= MINOR)) return
  console.error(`Node ${process.versions.node} is too old. Install Node ${MAJOR}.${MINOR} or newer.`)
  process.exit(1)
}

/**
 * Runs a program until it ends, by default with the terminal as its input and output. Prints a line if it can't be run
 * or is killed.
 *
 * @returns whether it succeeded
 */
export function run(command, args, env = {}, stdio = 'inherit', { cwd, timeout, name = command } = {}) {
  const { status, signal, error } = spawnSync(command, args, { stdio, cwd, timeout, env: { ...process.env, ...env } })
  if (error) console.error(`${name} cannot be run: ${error.message}`)
  else if (signal) console.error(`${name} was ended by ${signal}`)
  return status === 0
}

/** Packages of the commands that the scripts run. */
const TOOLS = {
  biome: '@biomejs/biome',
  knip: 'knip',
  next: 'next',
  playwright: '@playwright/test',
  redocly: '@redocly/cli',
  sst: 'sst',
  tsc: 'typescript',
  tsx: 'tsx',
  vitest: 'vitest',
}

/**
 * The script behind a command of an installed package, to be run with `process.execPath`. The files in
 * node_modules/.bin can't be spawned on Windows without a shell.
 *
 * @throws Error if the package isn't installed
 */
export function toolScript(name) {
  const folder = join('node_modules', TOOLS[name])
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  return join(folder, typeof bin === 'string' ? bin : bin[name])
}

/** Runs a command of an installed package. */
export function tool(name, args, env = {}) {
  try {
    return run(process.execPath, [toolScript(name), ...args], env, 'inherit', { name })
  } catch (error) {
    console.error(`${name} cannot be run: ${error.message}`)
    return false
  }
}

/**
 * Runs a command of an installed package beside others, and prints its output when it ends.
 *
 * @returns {Promise<boolean>} whether it succeeded
 */
export function toolBeside(name, args, env = {}) {
  return new Promise((done) => {
    let output = ''
    const child = spawn(process.execPath, [toolScript(name), ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    })
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data))
    child.once('error', (error) => (output += `${name} cannot be run: ${error.message}\n`))
    child.once('close', (code, signal) => {
      if (signal) output += `${name} was ended by ${signal}\n`
      process.stdout.write(output)
      done(code === 0)
    })
  })
}

/** Runs npm: the one that started this script, the one installed with Node, or the one on the PATH. */
export function npm(args, { cwd } = {}) {
  const bundled = ['node_modules', join('..', 'lib', 'node_modules')].map((folder) =>
    join(dirname(process.execPath), folder, 'npm', 'bin', 'npm-cli.js'),
  )
  const script = [process.env.npm_execpath ?? '', ...bundled].find(
    (path) => /npm-cli\.js$/.test(path) && existsSync(path),
  )
  if (script === undefined) return run('npm', args, {}, 'inherit', { cwd })
  return run(process.execPath, [script, ...args], {}, 'inherit', { cwd, name: 'npm' })
}

/** Installs the packages in the lockfile unless they are installed already. Returns whether they are. */
export function install() {
  const stamp = join('node_modules', '.installed')
  const wanted = hash(['package-lock.json'])
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return true
  console.log('Installing packages (once) …')
  if (!npm(['ci', '--no-audit', '--no-fund', '--loglevel=error'])) return false
  writeFileSync(stamp, wanted)
  return true
}

/**
 * Top-level names that no build reads: tests, docs, files of other tools, and generated files. Everything else counts,
 * including files that are added later.
 */
const NOT_SOURCE =
  /^(\.(?!npmrc$|env).*|node_modules|dist|data|coverage|test-results|playwright-report|vision-eval|models|tests|bench|docs|infra|.*\.(md|tsbuildinfo)|LICENSE|NOTICE|Dockerfile|compose\.yaml|biome\.json|sst\.config\.ts|sst-env\.d\.ts|next-env\.d\.ts|(vitest|playwright)\.config\.ts)$/

/** Top-level files and folders that the build may read. */
export function sources(root = '.') {
  return readdirSync(root)
    .filter((name) => !NOT_SOURCE.test(name))
    .map((name) => join(root, name))
}

/** Builds for production unless the sources and BASE_PATH are unchanged. Returns whether there is a build. */
export function buildOnce() {
  const stamp = join('dist', '.built')
  const base = requireBasePath()
  const wanted = hash(sources()) + base
  if (existsSync(stamp) && existsSync(join('.next', 'BUILD_ID')) && readFileSync(stamp, 'utf8') === wanted) return true
  console.log(base === '' ? 'Building (once) …' : `Building for ${base} (once) …`)
  if (!run(process.execPath, [join('scripts', 'build', 'build.mjs')])) return false
  mkdirSync(dirname(stamp), { recursive: true })
  writeFileSync(stamp, wanted)
  return true
}

/** One digest of the names and contents of files and folders. */
export function hash(paths) {
  const digest = createHash('sha256')
  for (const path of paths.flatMap(files).sort())
    digest.update(path).update('\0').update(readFileSync(path)).update('\0')
  return digest.digest('hex')
}

function files(path) {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (stats === undefined) return []
  return stats.isDirectory() ? readdirSync(path).flatMap((name) => files(join(path, name))) : [path]
}
