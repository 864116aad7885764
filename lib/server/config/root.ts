import { existsSync } from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'

/** A path of the project. The working directory is its root: every entry sees to that. */
export function fromRoot(path: string): string {
  return isAbsolute(path) ? path : join(/* turbopackIgnore: true */ process.cwd(), path)
}

/**
 * A file of an installed npm package. It is in this project's node_modules or, where this project is itself an installed
 * package, in that of a folder above.
 */
export function fromPackage(path: string): string {
  let folder = fromRoot('.')
  while (!existsSync(join(folder, 'node_modules', path)) && dirname(folder) !== folder) folder = dirname(folder)
  return join(folder, 'node_modules', path)
}
