import { isAbsolute, join } from 'node:path'

/** A path of the project. The working directory is its root: every entry sees to that. */
export function fromRoot(path: string): string {
  return isAbsolute(path) ? path : join(/* turbopackIgnore: true */ process.cwd(), path)
}
