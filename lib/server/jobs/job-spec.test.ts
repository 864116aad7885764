import { expect, test } from 'vitest'
import type { Engine } from '../engine/types'
import { newSpec } from './job-spec'

const engine = { model: async () => ({ id: 'm', revision: 'r' }) }

test('IDs are long and unique, and none looks like a command option', async () => {
  const parameters = { model: undefined, top_k: 5, threshold: 0 }
  const specs = await Promise.all(
    Array.from({ length: 2000 }, () => newSpec(engine as unknown as Engine, parameters as never)),
  )
  const ids = specs.map(({ id }) => id)
  expect(new Set(ids).size).toBe(2000)
  for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9_][A-Za-z0-9_-]{31}$/)
})
