// Programs from npm that only some tests need, in folders of their own.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { run } from '../steps.mjs'

const INSTALL = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--save-exact']

/**
 * A folder below `.cache` whose node_modules has these packages. Installs them if needed.
 *
 * @param purpose what the packages are, for messages
 * @throws Error if npm can't install them
 */
export function npmFolder(name, packages, purpose) {
  const folder = resolve('.cache', name)
  const mark = join(folder, '.complete')
  const wanted = packages.join('\n')
  if (existsSync(mark) && readFileSync(mark, 'utf8') === wanted) return folder
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{"private": true, "type": "module"}')
  console.error(`Installing ${purpose} (once) …`)
  const installed = run('npm', [...INSTALL, ...packages], {}, ['ignore', 'ignore', 'inherit'], { cwd: folder })
  if (!installed) throw new Error(`npm could not install ${purpose}.`)
  writeFileSync(mark, wanted)
  return folder
}
