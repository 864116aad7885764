// What the scripts share: run a command, install once, build once.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { requireBasePath } from './build/base-path.mjs'

const [MAJOR, MINOR] = [20, 19]

/**
 * Arguments of Node for the built server; `npm start` has the same. Photos pass through the heap's old space, and from its
 * small start V8 would mark all of it every few dozen photos, which takes a twentieth of a large photo's CPU time (measured).
 */
export const SERVER = ['--initial-old-space-size=256', 'dist/server.js']

/** Stops with one line on a Node that is too old. */
export function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > MAJOR || (major === MAJOR && minor >= MINOR)) return
  console.error(`Node ${process.versions.node} is too old; ${MAJOR}.${MINOR} or newer is needed.`)
  process.exit(1)
}

/**
 * Runs a command to its end, by default with its input and output on the terminal; true where it succeeded. One that cannot be run at all, or is killed, says so.
 */
export function run(command, args, env = {}, stdio = 'inherit') {
  const { status, signal, error } = spawnSync(command, args, { stdio, env: { ...process.env, ...env } })
  if (error) console.error(`${command} cannot be run: ${error.message}`)
  else if (signal) console.error(`${command} was ended by ${signal}`)
  return status === 0
}

/** Runs a command of node_modules/.bin. */
export function tool(name, args, env = {}) {
  return run(join('node_modules', '.bin', name), args, env)
}

/** Installs what the lockfile names, unless it is there already. True where all is there. */
export function install() {
  const stamp = join('node_modules', '.installed')
  const wanted = hash(['package-lock.json'])
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return true
  console.log('Installing packages (once) …')
  if (!run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'])) return false
  writeFileSync(stamp, wanted)
  return true
}

/** What no build reads, by names at the top: tests, texts, other tools' files, and what is made. Everything else counts, whatever it will be called. */
const NO_SOURCE =
  /^(\.(?!npmrc$|env).*|node_modules|dist|data|coverage|test-results|playwright-report|vision-eval|models|tests|bench|docs|infra|.*\.(md|tsbuildinfo)|LICENSE|NOTICE|Dockerfile|compose\.yaml|biome\.json|sst\.config\.ts|sst-env\.d\.ts|next-env\.d\.ts|(vitest|playwright)\.config\.ts)$/

/** Files and folders at the top of a project that its build may read. */
export function sources(root = '.') {
  return readdirSync(root)
    .filter((name) => !NO_SOURCE.test(name))
    .map((name) => join(root, name))
}

/** Builds for production, unless the sources and BASE_PATH are what was built last. True where a build is there. */
export function buildOnce() {
  const stamp = join('dist', '.built')
  const base = requireBasePath()
  const wanted = hash(sources()) + base
  if (existsSync(stamp) && existsSync('.next/BUILD_ID') && readFileSync(stamp, 'utf8') === wanted) return true
  console.log(base === '' ? 'Building (once) …' : `Building for ${base} (once) …`)
  if (!run(process.execPath, ['scripts/build/build.mjs'])) return false
  mkdirSync(dirname(stamp), { recursive: true })
  writeFileSync(stamp, wanted)
  return true
}

/** One digest over the names and contents of files and folders. */
export function hash(paths) {
  const digest = createHash('sha256')
  for (const path of paths.flatMap(files).sort())
    digest.update(path).update('\0').update(readFileSync(path)).update('\0')
  return digest.digest('hex')
}

function files(path) {
  if (!existsSync(path)) return []
  try {
    return readdirSync(path, { withFileTypes: true }).flatMap((entry) => files(join(path, entry.name)))
  } catch (error) {
    if (error.code === 'ENOTDIR') return [path]
    throw error
  }
}
