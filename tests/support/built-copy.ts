import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const LEFT_OUT = ['.git', '.next', 'dist', 'data', 'test-results', 'tests', '.sst', '.cache']

/** A copy of the project, of hard links, built with other settings than this one. Takes about a minute; the folder is the caller's to remove. */
export function builtCopy(env: Record<string, string>): string {
  mkdirSync('test-results', { recursive: true })
  const root = mkdtempSync(join('test-results', 'built-'))
  const entries = readdirSync('.').filter((name) => !LEFT_OUT.includes(name))
  execFileSync('cp', ['-al', ...entries, root])
  execFileSync(process.execPath, ['scripts/build/build.mjs'], {
    cwd: root,
    env: { ...process.env, NODE_ENV: 'production', ...env },
    stdio: 'pipe',
  })
  return root
}
