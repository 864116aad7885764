import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { schemathesis, specValidator } from '@/scripts/tools/schemathesis.mjs'
import { EXTENDED, FULL, fullTest } from '../support/full'
import { distinctPhotos } from '../support/many-photos'
import { writeCatalog } from '../support/onnx'
import { startServer } from '../support/server'

/** Random cases per operation. */
const EXAMPLES = Number(process.env.EXAMPLES ?? (FULL ? 2 : 1))

let command = ''
beforeAll(() => {
  command = schemathesis()
}, 300_000)

/** Runs Schemathesis with a fixed seed against a server and an OpenAPI document. Returns the output and exit code. */
async function run(url: string, document: string, ...options: string[]): Promise<{ code: number; printed: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'schemathesis-'))
  const all = ['--config-file', 'tests/openapi/schemathesis.toml', 'run', document, '--url', url, '--no-color']
  const child = spawn(command, [...all, '--max-examples', String(EXAMPLES), ...options], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PHOTO: join(models, 'photo.webp'), HYPOTHESIS_STORAGE_DIRECTORY: folder },
  })
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (printed += data))
  const [code] = await once(child, 'close')
  rmSync(folder, { recursive: true })
  return { code, printed }
}

/** A model that takes no time, so that the time goes to the requests. */
let models = ''
beforeAll(() => {
  models = mkdtempSync(join(tmpdir(), 'models-'))
  writeFileSync(join(models, 'photo.webp'), distinctPhotos(1)[0]!.bytes)
  writeCatalog(models, { balanced: 'tiny' })
})
afterAll(() => rmSync(models, { recursive: true }))

/** The full tests also try every limit of every parameter. */
const ALL = ['--phases', FULL ? 'examples,coverage,fuzzing' : 'examples,fuzzing', '--checks', 'all']
const TOKEN = 'Authorization: Bearer open sesame'
const LEAST = { ENABLE_BATCH_PROCESSING: 'false', MAX_EXPLANATIONS: '0', URL_INPUT: 'false' }

function start(env: Record<string, string>) {
  const quick = { MODELS_DIR: models, ENGINE_WORKERS: '1', URL_INPUT_TIMEOUT_MS: '500', LOG_LEVEL: 'warn' }
  return startServer({ env: { ...env, ...quick } })
}

test('the OpenAPI document is valid', () => {
  const { status, stderr, stdout } = spawnSync(specValidator(), ['docs/openapi.json'], { encoding: 'utf8' })
  expect([status, stdout, stderr]).toEqual([0, 'docs/openapi.json: OK\n', ''])
})

describe('the OpenAPI document matches the server', () => {
  const SETTINGS: [string, Record<string, string>][] = [
    ['with all features', { FEEDBACK: 'photos', ADMIN_TOKEN: 'open sesame', API_KEYS: 'optional' }],
    ['with as few features as possible', LEAST],
  ]
  // `npm test` shows that the document is valid and that its examples work.
  test.each(FULL ? SETTINGS : SETTINGS.slice(0, EXTENDED ? 1 : 0))(
    '%s',
    async (_, env) => {
      const server = await start(env)
      const { code, printed } = await run(server.url, `${server.url}/api/openapi.json`, ...ALL, '--header', TOKEN)
      expect(server.output()).not.toContain('"level":"error"')
      await server.stop()
      expect(code, printed).toBe(0)
      expect(printed).toMatch(/[1-9]\d* generated, .*passed/)
    },
    FULL ? 600_000 : 120_000,
  )

  test('omits missing features', async () => {
    const server = await start(LEAST)
    const { paths } = (await (await fetch(`${server.url}/api/openapi.json`)).json()) as { paths: object }
    expect(Object.keys(paths).filter((path) => /feedback|explain|jobs|dead|keys|usage/.test(path))).toEqual([])
    await server.stop()
  })

  fullTest(
    'requests to missing features return only documented statuses',
    async () => {
      const server = await start(LEAST)
      const missing = [
        '--include-path-regex',
        'feedback|explain|jobs|dead',
        '--mode',
        'positive',
        '--phases',
        'coverage',
      ]
      const checks = ['--checks', 'not_a_server_error,status_code_conformance,content_type_conformance']
      const { code, printed } = await run(server.url, 'docs/openapi.json', ...missing, ...checks)
      await server.stop()
      expect(code, printed).toBe(0)
    },
    600_000,
  )
})
