import { isAbsolute, join } from 'node:path'

/** Resolves a path of the project. Every entry point makes the project root the working directory. */
export function fromRoot(path: string): string {
  return isAbsolute(path) ? path : join(/* turbopackIgnore: true */ process.cwd(), path)
}
