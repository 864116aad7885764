import { existsSync } from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'

/** Resolves a path of the project. Every entry point makes the project root the working directory. */
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
