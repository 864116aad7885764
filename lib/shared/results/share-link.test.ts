import { expect, test } from 'vitest'
import type { Classification } from '../contract/contract'
import { fromFragment, toFragment } from './share-link'

const result: Classification = {
  request_id: 'secret',
  model: { id: 'm', type: null, revision: 'sha256:1', calibrated: true },
  predictions: Array.from({ length: 10 }, (_, index) => ({ label: `Крем-брюле ${index}`, score: 0.1234567891, index })),
  uncertain: true,
  uncertain_reason: 'small_margin',
  image: { width: 10, height: 20, format: 'png', bytes: 300 },
  area: { left: 0, top: 0, width: 240, height: 240 },
  timings: { queue_ms: 0, decode_ms: 1, run_ms: 2, total_ms: 3 },
}

test('round-trips a result in URL-safe characters, and nothing else', () => {
  const fragment = toFragment('фото.png', result)
  expect(fragment).toMatch(/^[\w-]+$/)
  expect(fromFragment(`#${fragment}`)).toEqual({
    v: 1,
    file: 'фото.png',
    model: 'm',
    calibrated: true,
    uncertain: 'small_margin',
    predictions: Array.from({ length: 5 }, (_, index) => [`Крем-брюле ${index}`, 0.123457]),
  })
})

test.each(['', '#', '#nonsense', `#${btoa('{}')}`, `#${btoa('{"v":2}')}`, `#${'A'.repeat(10_000)}`])(
  '%s is no answer',
  (text) => {
    expect(fromFragment(text)).toBeNull()
  },
)
