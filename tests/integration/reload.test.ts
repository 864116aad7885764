import { cpSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { REAL_MODEL } from '../support/models'
import { comeAndGo } from '../support/reload'
import { startServer, type TestServer } from '../support/server'

let folder: string
function copyModels(): string {
  const copy = mkdtempSync(join(tmpdir(), 'models-'))
  cpSync(REAL_MODEL.MODELS_DIR, copy, { recursive: true })
  return copy
}
let server: TestServer
afterEach(async () => {
  expect(await server.stop()).toBe(0)
  rmSync(folder, { recursive: true })
})

test('adds and removes models under load without failing a photo', async () => {
  folder = copyModels()
  server = await startServer({ env: { MODELS_DIR: folder, LOG_LEVEL: 'info' } })
  const { answered, failed } = await comeAndGo(server, folder, 1)
  expect(failed).toEqual([])
  expect(answered).toBeGreaterThan(20)
})

test('reports a broken new model and keeps serving the others', async () => {
  folder = copyModels()
  server = await startServer({ env: { MODELS_DIR: folder } })
  cpSync(join(folder, 'efficientnet-lite0-int8'), join(folder, '.half'), { recursive: true })
  rmSync(join(folder, '.half', 'preprocessor_config.json'))
  renameSync(join(folder, '.half'), join(folder, 'broken'))
  await server.printed(/"model":"broken".*preprocessor_config\.json is missing/)
  await server.printed(/models changed/)
  const models = (await (await fetch(`${server.url}/api/models`)).json()) as {
    models: { id: string; status: string }[]
  }
  expect(models.models.filter(({ status }) => status === 'ready')).toHaveLength(2)
})
