import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'

test('the folder of a Space: what the image is built from, its settings, and what Hugging Face reads', () => {
  const folder = mkdtempSync(join(tmpdir(), 'space-'))
  const out = execFileSync('node_modules/.bin/tsx', ['scripts/space/space.ts', '--out', folder], { encoding: 'utf8' })
  expect(out).toMatch(/^Wrote \d+ files to /)
  const [, front = '', text] = readFileSync(join(folder, 'README.md'), 'utf8').split(/^---$/m)
  const facts = parse(front) as Record<string, unknown>
  expect(facts).toMatchObject({ sdk: 'docker', app_port: 7860, license: 'apache-2.0' })
  expect(String(facts.short_description).length).toBeLessThanOrEqual(60)
  expect(text).toMatch(/^\n\n# Vision Object Classifier\n\nClassify photos/)
  const dockerfile = readFileSync(join(folder, 'Dockerfile'), 'utf8')
  expect(dockerfile).toMatch(/^EXPOSE 7860$/m)
  expect(dockerfile).toMatch(/^ENV PORT=7860 \\$/m)
  const top = readdirSync(folder)
  for (const name of ['app', 'lib', 'models', 'public', 'package-lock.json', '.npmrc']) expect(top).toContain(name)
  for (const name of ['tests', 'docs', 'infra', 'bench', '.github']) expect(top).not.toContain(name)
  expect(readdirSync(join(folder, 'models'))).not.toContain('build')
  rmSync(folder, { recursive: true })
})
