import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const LEFT_OUT = ['.git', '.next', 'dist', 'data', 'test-results', 'tests', '.sst', '.cache']

/**
 * A copy of the project, made of hard links, built with other settings. Takes about a minute; the caller removes the
 * folder.
 *
 * @param change replaces a text in a file of the copy, for another version of the app
 */
export function builtCopy(env: Record<string, string>, change?: { file: string; from: string; to: string }): string {
  mkdirSync('test-results', { recursive: true })
  const root = mkdtempSync(join('test-results', 'built-'))
  const entries = readdirSync('.').filter((name) => !LEFT_OUT.includes(name))
  execFileSync('cp', ['-al', ...entries, root])
  if (change) {
    const path = join(root, change.file)
    const text = readFileSync(path, 'utf8')
    if (!text.includes(change.from)) throw new Error(`${change.file} doesn’t contain ${change.from}`)
    // The original has the same content under another name.
    rmSync(path)
    writeFileSync(path, text.replace(change.from, change.to))
  }
  execFileSync(process.execPath, ['scripts/build/build.mjs'], {
    cwd: root,
    env: { ...process.env, NODE_ENV: 'production', ...env },
    stdio: 'pipe',
  })
  return root
}
