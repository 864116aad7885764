import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { EnvironmentError, readEnvironment } from './env'

test('everything has a default', () => {
  expect(readEnvironment({})).toMatchObject({
    HOST: '127.0.0.1',
    PORT: 3000,
    LOG_LEVEL: 'info',
    MAX_IMAGE_BYTES: 20e6,
    MAX_PIXELS: 50e6,
    MAX_QUEUE: 256,
    REQUEST_TIMEOUT_MS: 30_000,
    SHUTDOWN_DELAY_MS: 0,
  })
  expect(readEnvironment({}).MAX_QUEUE_BYTES).toBeGreaterThan(1e6)
})

test('values are read, empty ones are absent', () => {
  expect(readEnvironment({ PORT: '8080', LOG_LEVEL: '', ENGINE_WORKERS: '3', MAX_QUEUE_BYTES: '5000' })).toMatchObject({
    PORT: 8080,
    LOG_LEVEL: 'info',
    ENGINE_WORKERS: 3,
    MAX_QUEUE_BYTES: 5000,
  })
})

test.each([
  ['PORT', '65536'],
  ['PORT', '-1'],
  ['PORT', '3e3'],
  ['PORT', ' 80'],
  ['MAX_PIXELS', '1.5'],
  ['LOG_LEVEL', 'INFO'],
])('%s=%s is refused by name', (name, value) => {
  expect(() => readEnvironment({ [name]: value })).toThrow(EnvironmentError)
  expect(() => readEnvironment({ [name]: value })).toThrow(`${name}="${value}" is not allowed; allowed: `)
})

test('docs/configuration.md has a line for each option and its default', () => {
  const rows = new Map(
    [...readFileSync('docs/configuration.md', 'utf8').matchAll(/^\| `([A-Z0-9_]+)` *\| (.*?) *\|/gm)].map(
      ([, name, value]) => [name, value],
    ),
  )
  const environment = readEnvironment({})
  const names = Object.keys(environment)
  expect([...rows.keys()].sort()).toEqual(names.sort())
  for (const [name, value] of Object.entries(environment)) {
    const machine = name === 'MAX_QUEUE_BYTES' || name === 'MAX_PIXELS'
    if (value !== undefined && String(value) !== '' && !machine) expect(rows.get(name), name).toContain(`\`${value}\``)
  }
})
