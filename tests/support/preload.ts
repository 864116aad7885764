import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

/** What a test that needs one is skipped with. */
export const NO_COMPILER = 'it takes a C compiler (gcc or cc) and Linux'

/** Builds a library of tests/support that is preloaded into a process. Null where there is no compiler. */
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
