import { rmSync } from 'node:fs'
import { expect, test } from 'vitest'
import { copyModels } from '../support/models'
import { comeAndGo } from '../support/reload'
import { residentBytes, startServer } from '../support/server'

test('fifty reloads under load: every photo is classified, and memory is unchanged', async () => {
  const folder = copyModels()
  const server = await startServer({ env: { MODELS_DIR: folder, LOG_LEVEL: 'warn' } })
  await comeAndGo(server, folder, 5)
  const before = residentBytes(server)
  const { answered, failed } = await comeAndGo(server, folder, 25)
  const after = residentBytes(server)
  console.log(`${answered} classified; ${Math.round(before / 1e6)} MB before, ${Math.round(after / 1e6)} MB after`)
  expect(failed).toEqual([])
  expect(after).toBeLessThan(1.1 * before)
  expect(await server.stop()).toBe(0)
  rmSync(folder, { recursive: true })
})
