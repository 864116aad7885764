import { execFileSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { vision } from '../support/vision'

let folder: string
let secrets: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'migrate-'))
  secrets = join(folder, 'secrets.toml')
  writeFileSync(
    secrets,
    `API_PORT = 8000
default_model_type = "fast"
admin_token = "with 'quotes' and $HOME"
cors_origins = ["https://a.example", "https://b.example"]
[api]
url = "https://api.example"
[theme]
base = "dark"
`,
  )
})

test('as lines for .env, under the names of today', async () => {
  const { code, out } = await vision(['migrate', 'secrets', secrets])
  expect(code).toBe(0)
  expect(out).toBe(`PORT=8000
DEFAULT_MODEL_TYPE=fast
ADMIN_TOKEN="with 'quotes' and $HOME"
CORS_ORIGINS=https://a.example,https://b.example
API_URL=https://api.example
# not read by this app: THEME_BASE=dark
`)
})

test('as commands for SSM that carry no secret, and that give the value when they run', async () => {
  const { out } = await vision(['migrate', 'secrets', secrets, '--to', 'ssm', '--stage', 'dev'])
  expect(out).not.toContain('quotes')
  const line = out.split('\n').find((each) => each.includes('ADMIN_TOKEN')) ?? ''
  expect(line).toContain('--type SecureString --overwrite --name /vision-classifier/dev/ADMIN_TOKEN')
  // The same line with a command of ours in the place of aws.
  const shell = line
    .replace(/^vision/, `${process.execPath} ${resolve('dist/vision.js')}`)
    .replace(/\| aws .*/, '| cat')
  expect(execFileSync('sh', ['-c', shell], { encoding: 'utf8' })).toBe("with 'quotes' and $HOME")
})

test('what is not there or no TOML is said in a line', async () => {
  expect(await vision(['migrate', 'secrets', join(folder, 'none.toml')])).toMatchObject({ code: 3 })
  writeFileSync(join(folder, 'broken.toml'), 'a = = 1')
  const { code, err } = await vision(['migrate', 'secrets', join(folder, 'broken.toml')])
  expect([code, err.split('\n').length]).toEqual([4, 2])
})
