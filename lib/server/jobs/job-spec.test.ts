import { expect, test } from 'vitest'
import type { Engine } from '../engine/types'
import { newSpec } from './job-spec'

const engine = { models: () => [{ id: 'm', type: null, default: true, revision: 'r', classes: 2 }] }

test('IDs are long and unique, and none looks like a command option', () => {
  const parameters = { model: undefined, top_k: 5, threshold: 0 }
  const ids = Array.from({ length: 2000 }, () => newSpec(engine as unknown as Engine, parameters as never).id)
  expect(new Set(ids).size).toBe(2000)
  for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9_][A-Za-z0-9_-]{31}$/)
})
