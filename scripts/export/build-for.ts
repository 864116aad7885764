import { spawnSync } from 'node:child_process'
import {
  constants,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { join } from 'node:path'
import { builtBasePath } from '../build/base-path.mjs'

/** What no build reads, or what it writes. */
const LEFT_OUT = new Set([
  '.git',
  '.next',
  '.cache',
  '.sst',
  'dist',
  'data',
  'out',
  'coverage',
  'test-results',
  'tests',
])

const NOTHING: ReadonlySet<string> = new Set()

/** A folder with the built project. */
export interface Build {
  root: string
  /** Removes it, if it was made for the export. */
  remove(): void
}

/**
 * The build of this project for a base path: the one in `.next`, or else one that is made in a folder of its own, so that
 * the other stays.
 *
 * @throws Error if it can't be built
 */
export function buildFor(base: string): Build {
  const isBuilt = existsSync(join('.next', 'BUILD_ID')) && existsSync(join('dist', 'server.js'))
  if (isBuilt && builtBasePath() === base) return { root: '.', remove() {} }
  console.log(`Building the pages${base && ` for ${base}`} (takes a minute or more) …`)
  mkdirSync('.cache', { recursive: true })
  const root = mkdtempSync(join('.cache', 'export-'))
  const remove = () => rmSync(root, { recursive: true, force: true })
  try {
    linkFolder('.', root, LEFT_OUT)
    const { status, stdout, stderr } = spawnSync(process.execPath, [join('scripts', 'build', 'build.mjs')], {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, NODE_ENV: 'production', BASE_PATH: base },
    })
    if (status !== 0) throw new Error(`the pages can't be built:\n${stdout}${stderr}`)
    return { root, remove }
  } catch (error) {
    remove()
    throw error
  }
}

/** Repeats a folder by hard links, or by copies where there are none. Bundlers don't follow symbolic ones. */
function linkFolder(from: string, to: string, leftOut: ReadonlySet<string>): void {
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    if (leftOut.has(entry.name)) continue
    const [source, target] = [join(from, entry.name), join(to, entry.name)]
    if (entry.isSymbolicLink()) symlinkSync(readlinkSync(source), target)
    else if (entry.isDirectory()) {
      mkdirSync(target)
      linkFolder(source, target, NOTHING)
    } else linkFile(source, target)
  }
}

function linkFile(source: string, target: string): void {
  try {
    linkSync(source, target)
  } catch {
    copyFileSync(source, target, constants.COPYFILE_FICLONE)
  }
}
