import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { schemathesis } from '@/scripts/schemathesis.mjs'
import { startServer } from '../support/server'

/** Cases of a random kind for each operation; there are as many again of a kind that tries every limit. */
const EXAMPLES = Number(process.env.EXAMPLES ?? 5)

let command = ''
beforeAll(() => {
  command = schemathesis()
}, 300_000)

/** Runs it with a fixed seed against a server; what it prints, and its exit code. */
async function run(url: string, ...options: string[]): Promise<{ code: number; printed: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'schemathesis-'))
  const all = ['--config-file', 'tests/openapi/schemathesis.toml', 'run', `${url}/api/openapi.json`, '--no-color']
  const child = spawn(command, [...all, '--max-examples', String(EXAMPLES), ...options], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PHOTO: 'tests/openapi/photo.png', HYPOTHESIS_STORAGE_DIRECTORY: folder },
  })
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (printed += data))
  const [code] = await once(child, 'close')
  rmSync(folder, { recursive: true })
  return { code, printed }
}

describe('the document says what the server does', () => {
  test.each([
    ['with everything', { FEEDBACK: 'photos', ADMIN_TOKEN: 'open sesame' }],
    ['with as little as there may be', { ENABLE_BATCH_PROCESSING: 'false', MAX_EXPLANATIONS: '0', URL_INPUT: 'false' }],
  ])('%s', async (_, env) => {
    const server = await startServer({ env: { ...env, LOG_LEVEL: 'warn' } })
    const { code, printed } = await run(server.url, '--phases', 'coverage,fuzzing', '--checks', 'all')
    expect(server.output()).not.toContain('"level":"error"')
    await server.stop()
    expect(code, printed).toBe(0)
    expect(printed).toMatch(/[1-9]\d* generated, .*passed/)
  }, 120_000)
})
