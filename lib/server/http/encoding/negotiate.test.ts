import { expect, test } from 'vitest'
import { negotiateEncoding } from './negotiate'

test.each([
  [undefined, null],
  ['', null],
  ['identity', null],
  ['gzip', 'gzip'],
  ['x-gzip', 'gzip'],
  ['GZIP', 'gzip'],
  ['gzip, deflate', 'gzip'],
  ['deflate', null],
  ['gzip, deflate, br', 'br'],
  ['gzip, deflate, br, zstd', 'zstd'],
  ['br;q=0.5, gzip;q=0.8', 'gzip'],
  ['br;q=0, gzip', 'gzip'],
  ['br ; q=1.0 , gzip ; q=0.9', 'br'],
  ['*', 'zstd'],
  ['*;q=0', null],
  ['zstd;q=0, *;q=0.1', 'br'],
  ['gzip;q=0.2, identity;q=0.5', null],
  ['gzip;q=0.5, identity;q=0.5', 'gzip'],
  ['gzip, identity;q=0', 'gzip'],
  ['gzip;q=nonsense', null],
  [`${','.repeat(9000)}`, null],
])('%s: %s', (header, coding) => {
  expect(negotiateEncoding(header, ['zstd', 'br', 'gzip'])).toBe(coding)
})
