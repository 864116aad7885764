import { expect, test } from 'vitest'
import { EnvironmentError, readEnvironment, renamedOptions } from './environment'
import { optionLines } from './options'

test('every option has a default', () => {
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

test('reads values and treats empty ones as unset', () => {
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
])('refuses %s=%s by name', (name, value) => {
  expect(() => readEnvironment({ [name]: value })).toThrow(EnvironmentError)
  expect(() => readEnvironment({ [name]: value })).toThrow(`${name}="${value}" is invalid; expected: `)
})

test('a server that serves only pages has no gRPC', () => {
  expect(readEnvironment({ GRPC_PORT: '8001' }).GRPC_PORT).toBe(8001)
  expect(() => readEnvironment({ GRPC_PORT: '8001', API_URL: 'http://api' })).toThrow('GRPC_PORT contradicts API_URL')
})

test('reads old names, prefers the new one, and refuses two old names that differ', () => {
  expect(readEnvironment({ API_PORT: '8000' }).PORT).toBe(8000)
  expect(readEnvironment({ API_PORT: '8000', STREAMLIT_PORT: '8000' }).PORT).toBe(8000)
  expect(readEnvironment({ API_PORT: '8000', STREAMLIT_PORT: '8501', PORT: '80' }).PORT).toBe(80)
  expect(() => readEnvironment({ API_PORT: '8000', STREAMLIT_PORT: '8501' })).toThrow(
    'STREAMLIT_PORT="8501" contradicts PORT=8000 from another old name; set only PORT',
  )
  expect(renamedOptions({ API_PORT: '1', PORT: '2', STREAMLIT_PORT: '' })).toEqual([{ name: 'API_PORT', now: 'PORT' }])
})

test('every option has a description and its readers', () => {
  for (const { name, type, fallback, about, used } of optionLines()) {
    expect(type, name).not.toBe('undefined')
    expect(fallback.length, name).toBeGreaterThan(0)
    expect(about.length, name).toBeGreaterThan(10)
    expect(used.length, name).toBeGreaterThan(0)
  }
})
