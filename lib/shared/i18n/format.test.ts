import { expect, test } from 'vitest'
import { bytes, milliseconds, percent } from './format'

test('rounds bytes and never shows 1000 of a unit', () => {
  expect([0, 999, 1000, 9949, 9951, 466_706, 999_499, 999_501, 20_000_000, 1.5e9].map((count) => bytes(count))).toEqual(
    ['0 B', '999 B', '1.0 KB', '9.9 KB', '10 KB', '467 KB', '999 KB', '1.0 MB', '20 MB', '1.5 GB'],
  )
})

test('never rounds a percentage to 0 or 100', () => {
  expect([1, 0.99999, 0.9994, 0.5, 0.0006, 0.0001, 0].map((score) => percent(score))).toEqual([
    '100.0',
    '>99.9',
    '99.9',
    '50.0',
    '0.1',
    '<0.1',
    '0.0',
  ])
})

test('shows milliseconds with one decimal below 100', () => {
  expect([0.04, 4.66, 99.94, 99.96, 1234.5].map((ms) => milliseconds(ms))).toEqual([
    '0.0',
    '4.7',
    '99.9',
    '100',
    '1235',
  ])
})

test('uses the decimal separator of the locale', () => {
  expect([bytes(1234, 'de'), percent(0.9312, 'de'), percent(0.9999, 'de'), milliseconds(4.66, 'de')]).toEqual([
    '1,2 KB',
    '93,1',
    '>99,9',
    '4,7',
  ])
})
