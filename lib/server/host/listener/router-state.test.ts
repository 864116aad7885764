import { parseAndValidateFlightRouterState } from 'next/dist/server/app-render/parse-and-validate-flight-router-state.js'
import { expect, test } from 'vitest'
import { isRouterState } from './router-state'

const LEAF = ['', {}]
const PAGE = ['', { children: ['models', { children: ['__PAGE__', {}, null, 'refetch'] }] }, null, null, 16]
const DYNAMIC = [['id', 'a', 'd', null], { children: LEAF, side: [['rest', 'a/b', 'ci(..)(..)', ['x']], {}] }]

const header = (value: unknown) => encodeURIComponent(JSON.stringify(value))

test.each(
  [
    ...[LEAF, PAGE, DYNAMIC, ['', {}, ['a', 'b'], 'metadata-only', 1.5, 'x'], ['', {}, null, null, null]].map(header),
    ...[null, 1, 'x', [], {}, [''], [1, {}], ['', []], ['', null], ['', { a: 1 }], ['', { a: [''] }]].map(header),
    ...[
      ['', {}, ['a']],
      ['', {}, 'a'],
      ['', {}, null, 'x'],
      ['', {}, null, null, 'x'],
      ['', {}, null, null, 1, 2],
    ].map(header),
    ...[
      ['', {}, null, null, 1, 'x', 1],
      ['', {}, null, null, 1, null],
      [['id', 'a', 'x', null], {}],
    ].map(header),
    ...[
      [['id', 'a', 'd'], {}],
      [['id', 'a', 'd', [1]], {}],
      [['id', 1, 'd', null], {}],
    ].map(header),
    ...['', '%zz', '%', '{', 'x'.repeat(50_000), header(['x'.repeat(39_980), {}]), JSON.stringify(PAGE)],
  ].map((text, index) => [index, text] as const),
)('agrees with Next.js, %i', (_, text) => {
  let read = true
  try {
    parseAndValidateFlightRouterState(text)
  } catch {
    read = false
  }
  expect(isRouterState(text)).toBe(read)
})

test('refuses a tree deeper than the stack', () => {
  expect(isRouterState(`${'["",{"a":'.repeat(4000)}1${'}]'.repeat(4000)}`)).toBe(false)
})
