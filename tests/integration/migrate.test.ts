import { execFileSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { visionHere } from '../support/vision-here'

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
  const { code, out } = await visionHere(['migrate', 'secrets', secrets])
  expect(code).toBe(0)
  expect(out).toBe(`PORT=8000
DEFAULT_MODEL_TYPE=fast
ADMIN_TOKEN="with 'quotes' and $HOME"
CORS_ORIGINS=https://a.example,https://b.example
API_URL=https://api.example
# not read by this app: THEME_BASE=dark
`)
})

test('as commands that keep it with a stage: secrets in SSM, settings by deploy:set, and nothing that no task reads', async () => {
  const { out } = await visionHere(['migrate', 'secrets', secrets, '--to', 'ssm', '--stage', 'dev'])
  expect(out).not.toContain('quotes')
  const name = '/vision-classifier/dev/ADMIN_TOKEN'
  expect(out.split('\n')).toEqual([
    'export AWS_REGION="$(npm run --silent deploy:region -- --stage dev)"',
    `npx vision migrate secrets ${secrets} --value ADMIN_TOKEN | aws ssm put-parameter --type SecureString --overwrite --name ${name} --value file:///dev/stdin`,
    'npm run deploy:set -- --stage dev DEFAULT_MODEL_TYPE=fast CORS_ORIGINS=https://a.example,https://b.example',
    '# a stage sets it itself: PORT',
    '# a stage sets it itself: API_URL',
    '# not read by this app: THEME_BASE',
    '',
  ])
  // The same line with a command of ours in the place of aws.
  const line = (out.split('\n')[1] as string)
    .replace(/^vision/, `${process.execPath} ${resolve('dist/vision.js')}`)
    .replace(/\| aws .*/, '| cat')
  expect(execFileSync('sh', ['-c', line], { encoding: 'utf8' })).toBe("with 'quotes' and $HOME")
})

test('values of settings reach the shell whole', async () => {
  const file = join(folder, "it's.toml")
  writeFileSync(
    file,
    `DATA_DIR = "/data"\nFRAME_ANCESTORS = "https://a.example, https://b.example"\nBASIC_AUTH = "anna:$scrypt$x"\nMAX_FILES = ""\n`,
  )
  const { out } = await visionHere(['migrate', 'secrets', file, '--to', 'ssm'])
  const [, put = '', set = ''] = out.split('\n')
  expect(put).toContain(`'${file.replace("'", "'\\''")}' --value BASIC_AUTH | aws ssm`)
  expect(set).toBe("npm run deploy:set -- --stage prod 'FRAME_ANCESTORS=https://a.example, https://b.example'")
  expect(await visionHere(['migrate', 'secrets', file, '--to', 'ssm', '--stage', 'prod; rm'])).toMatchObject({
    code: 2,
  })
})

test('what is not there or no TOML is said in a line', async () => {
  expect(await visionHere(['migrate', 'secrets', join(folder, 'none.toml')])).toMatchObject({ code: 3 })
  writeFileSync(join(folder, 'broken.toml'), 'a = = 1')
  const { code, err } = await visionHere(['migrate', 'secrets', join(folder, 'broken.toml')])
  expect([code, err.split('\n').length]).toEqual([4, 2])
})
