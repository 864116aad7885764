import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

/** The skip message. */
export const NO_COMPILER = 'requires a C compiler (gcc or cc) and Linux'

/** Builds a library from tests/support to preload into a process. Null without a compiler. */
export function buildLibrary(source: string): { path: string; remove(): void } | null {
  const folder = mkdtempSync(join(tmpdir(), 'library-'))
  const path = join(folder, 'library.so')
  const options = ['-shared', '-fPIC', '-O1', '-o', path, resolve('tests/support', source), '-ldl']
  const built = process.platform === 'linux' && ['gcc', 'cc'].some((cc) => spawnSync(cc, options).status === 0)
  const remove = () => rmSync(folder, { recursive: true })
  if (built) return { path, remove }
  remove()
  return null
}
