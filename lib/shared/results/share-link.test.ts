import { expect, test } from 'vitest'
import type { Classification } from '../contract/contract'
import { fromFragment, toFragment } from './share-link'

const result: Classification = {
  request_id: 'secret',
  model: { id: 'm', type: 'fast', revision: 'sha256:1', calibrated: true, problem_type: 'single_label_classification' },
  predictions: Array.from({ length: 10 }, (_, index) => ({
    label: `Крем-брюле ${index}`,
    score: 0.1234567891,
    index,
    synonyms: ['crème brûlée', 'b', 'c', 'd'],
  })),
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
    type: 'fast',
    names: ['crème brûlée', 'b', 'c'],
    calibrated: true,
    uncertain: 'small_margin',
    predictions: Array.from({ length: 5 }, (_, index) => [`Крем-брюле ${index}`, 0.123457]),
    picture: null,
  })
})

test.each(['', '#', '#nonsense', `#${btoa('{}')}`, `#${btoa('{"v":2}')}`, `#${'A'.repeat(10_000)}`])(
  '%s is no answer',
  (text) => {
    expect(fromFragment(text)).toBeNull()
  },
)

/** The smallest files with a valid head and end: the pixels don't matter here. */
const webp = (bytes: number) => {
  const file = new Uint8Array(bytes).fill(7)
  file.set(new TextEncoder().encode('RIFF....WEBP'))
  new DataView(file.buffer).setUint32(4, bytes - 8, true)
  return file
}
const jpeg = Uint8Array.from([0xff, 0xd8, 0xff, ...new Array<number>(40).fill(7), 0xff, 0xd9])

test.each([
  ['WebP', webp(4321), 'image/webp'],
  ['JPEG', jpeg, 'image/jpeg'],
])('carries a small picture as %s', (_name, picture, type) => {
  const fragment = toFragment('a.png', result, picture)
  expect(fragment).toMatch(/^[\w.-]+$/)
  const shared = fromFragment(`#${fragment}`)
  expect(shared?.file).toBe('a.png')
  expect(shared?.picture).toBe(`data:${type};base64,${Buffer.from(picture).toString('base64')}`)
})

test.each([
  ['HTML', new TextEncoder().encode('<html><script>alert(1)</script><p>long enough</p></html>')],
  ['SVG', new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>')],
  ['a PNG', Uint8Array.from([0x89, 0x50, 0x4e, 0x47, ...new Array<number>(60).fill(1)])],
  ['a picture over the limit', webp(5001)],
  ['a huge picture', webp(200_000)],
  ['a cut-off WebP', webp(4000).slice(0, 3000)],
  ['a cut-off JPEG', jpeg.slice(0, 30)],
  ['nothing', new Uint8Array()],
])('shows the result without %s as its picture', (_name, picture) => {
  const fragment = `${toFragment('a.png', result)}.${Buffer.from(picture).toString('base64url')}`
  expect(fromFragment(fragment)).toMatchObject({ file: 'a.png', picture: null })
})

test('leaves out a picture that isn’t base64', () => {
  expect(fromFragment(`${toFragment('a.png', result)}.<img src=x>`)).toMatchObject({ file: 'a.png', picture: null })
})
