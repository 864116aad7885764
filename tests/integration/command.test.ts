import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { vision } from '../support/vision'

/** Tests the command's own help and version output, and shell completion. */
let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'command-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

test('prints its version, and examples that work as shown', async () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
  expect(await vision(['--version'])).toEqual({ code: 0, out: `${version}\n`, err: '' })
  const usage = async (env: Record<string, string>) => (await vision(['--help'], env)).out.split('\n')[0]
  expect(await usage({ npm_command: 'exec' })).toBe('Usage: npx vision [options] [command]')
  expect(await usage({ npm_command: '', PATH: folder })).toBe('Usage: node dist/vision.js [options] [command]')
  writeFileSync(join(folder, 'vision'), '')
  expect(await usage({ npm_command: '', PATH: folder })).toBe('Usage: vision [options] [command]')
  expect((await vision(['models', 'list'])).out).toContain('\nTo install one, run npx vision models pull <id>.')
})

/** What bash suggests after these words. */
function offered(...words: string[]): string[] {
  const line = ['vision', ...words]
  const script = `source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _vision; printf '%s\\n' "\${COMPREPLY[@]}"`
  const out = execFileSync('bash', ['--norc', '-c', script, join(folder, 'completion.bash'), ...line], {
    encoding: 'utf8',
  })
  return out.split('\n').filter((word) => word !== '')
}

test('completes commands, options and their values in real shells', async () => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { code, out } = await vision(['completion', shell])
    expect(code).toBe(0)
    writeFileSync(join(folder, `completion.${shell}`), out)
  }
  expect(offered('')).toEqual(expect.arrayContaining(['classify', 'models', 'completion']))
  expect(offered('mo')).toEqual(['models'])
  expect(offered('models', '')).toEqual(expect.arrayContaining(['add', 'pull', 'verify']))
  expect(offered('models', '--models-dir', folder, 'a')).toEqual(['add'])
  expect(offered('classify', '--re')).toEqual(['--resume', '--read-timeout'])
  expect(offered('classify', '--format', '')).toEqual(['csv', 'ndjson'])
  expect(offered('classify', 'tests/e2e/photos/koala')).toContain('tests/e2e/photos/koala.heic')
  expect(offered('completion', 'z')).toEqual(['zsh'])
  for (const [shell, ...check] of [
    ['zsh', '-n'],
    ['fish', '--no-execute'],
  ] as const) {
    if (spawnSync(shell, ['--version']).status !== 0) continue
    expect(execFileSync(shell, [...check, join(folder, `completion.${shell}`)], { encoding: 'utf8' })).toBe('')
  }
  expect((await vision(['completion', 'csh'])).code).toBe(2)
})
