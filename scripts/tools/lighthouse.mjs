// Lighthouse, from npm, in a folder of its own. As a devDependency it would add 180 packages to every install, and break
// `npm ci`: one of them depends on "latest" of another, which no lockfile can keep.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { npm } from '../steps.mjs'

/** The last version that runs on Node 20. */
const PACKAGE = 'lighthouse@12.8.2'
const FOLDER = resolve('.cache', PACKAGE.replace('@', '-'))

/** Path of its command-line script. Installs it if needed. */
export function lighthouse() {
  const script = join(FOLDER, 'node_modules', 'lighthouse', 'cli', 'index.js')
  const complete = join(FOLDER, '.complete')
  if (existsSync(complete)) return script
  console.error('Installing Lighthouse for the benchmark (once) …')
  mkdirSync(FOLDER, { recursive: true })
  writeFileSync(join(FOLDER, 'package.json'), '{ "private": true }')
  if (!npm(['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', PACKAGE], { cwd: FOLDER }))
    throw new Error(`The npm registry is needed for ${PACKAGE}.`)
  writeFileSync(complete, '')
  return script
}
