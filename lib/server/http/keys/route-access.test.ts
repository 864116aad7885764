import { expect, test } from 'vitest'
import { accessOf } from './route-access'

test('a route that nobody has decided about is refused, also for methods and names of objects', () => {
  expect(accessOf('POST', '/api/embed')).toBe('embed')
  expect(accessOf('HEAD', '/api/site')).toBe('open')
  for (const [method, path] of [
    ['GET', '/api/embed'],
    ['POST', '/api/site'],
    ['POST', '/hf/models/:model/pipeline/other'],
    ['GET', 'constructor'],
  ] as const)
    expect(() => accessOf(method, path)).toThrow('no entry')
})
