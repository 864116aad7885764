import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { container, environment, type Graph } from './graph'

const TOML = `API_PORT = 8000
default_model_type = "fast"
admin_token = "one"
basic_auth = "anna:hash"
cors_origins = ["https://a.example"]
WORKER_TIMEOUT_MS = "10000"
API_URL = "https://api.example"
theme = "dark"
`

test('tasks read every parameter that `vision migrate secrets --to ssm` writes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'migrate-'))
  const [secrets, file] = [join(folder, 'secrets.toml'), join(folder, 'graph.json')]
  writeFileSync(secrets, TOML)
  const tsx = (...args: string[]) => execFileSync('node_modules/.bin/tsx', args, { encoding: 'utf8' })
  const commands = tsx('bin/vision.ts', 'migrate', 'secrets', secrets, '--to', 'ssm', '--stage', 'staging')

  // The parameters that the commands would write.
  const put = [...commands.matchAll(/put-parameter .* --name (\S+)/g)].map(([, name]) => name as string)
  const [, words = ''] = /deploy:set -- --stage staging (.*)/.exec(commands) ?? []
  const settings = words.split(' ').map((word) => word.split('=') as [name: string, value: string])
  const stored = {
    ...Object.fromEntries(put.map((name) => [name, 'secret'])),
    ...Object.fromEntries(settings.map(([name, value]) => [`/vision-classifier/staging/settings/${name}`, value])),
  }
  tsx('tests/infra/build-graph.ts', 'staging', file, 'deploy', JSON.stringify({ 'us-west-2': stored }))
  const graph = JSON.parse(readFileSync(file, 'utf8')) as Graph
  rmSync(folder, { recursive: true })

  const read = container(graph, 'Web').secrets.map(({ valueFrom }) => valueFrom.replace(/^.*:parameter/, ''))
  expect(put).toEqual(['ADMIN_TOKEN', 'BASIC_AUTH'].map((name) => `/vision-classifier/staging/${name}`))
  expect(read).toEqual(expect.arrayContaining(put))
  expect(settings.map(([name]) => name)).toEqual(['DEFAULT_MODEL_TYPE', 'CORS_ORIGINS', 'WORKER_TIMEOUT_MS'])
  expect(environment(graph, 'Web')).toMatchObject(Object.fromEntries(settings))
  // Workers serve no pages.
  const { CORS_ORIGINS: _, ...both } = Object.fromEntries(settings)
  expect(environment(graph, 'Worker')).toMatchObject(both)
  expect(environment(graph, 'Worker')).not.toHaveProperty('CORS_ORIGINS')
}, 120_000)
