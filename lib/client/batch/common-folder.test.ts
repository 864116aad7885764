import { expect, test } from 'vitest'
import { commonFolder } from './common-folder'

test('finds the folder that all photos are in', () => {
  expect(commonFolder(['birds/owl/1.jpg', 'birds/finch/2.jpg', 'birds/3.jpg'])).toBe('birds/')
  expect(commonFolder(['a/birds/1.jpg', 'a/birds-2/1.jpg'])).toBe('a/')
  expect(commonFolder(['birds/1.jpg', '2.jpg'])).toBe('')
  expect(commonFolder(['a/b/1.jpg'])).toBe('a/b/')
  expect(commonFolder([])).toBe('')
})
