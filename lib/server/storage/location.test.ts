import { expect, test } from 'vitest'
import { isWithin, parseLocation } from './location'

const within = (inner: string, outer: string) => {
  const [a, b] = [parseLocation(inner), parseLocation(outer)]
  return a !== null && b !== null && isWithin(a, b)
}

test('a key is under a prefix as a file is under a folder', () => {
  for (const [inner, outer] of [
    ['s3://photos/2026/', 's3://photos'],
    ['s3://photos/2026', 's3://photos/2026'],
    ['s3://photos/2026/', 's3://photos/2026'],
    ['s3://photos/2026/may', 's3://photos/2026/'],
  ] as const) {
    expect([inner, outer, within(inner, outer)]).toEqual([inner, outer, true])
  }
})

test('nothing else is under it', () => {
  for (const [inner, outer] of [
    ['s3://photos/2026-secret/', 's3://photos/2026'],
    ['s3://photos', 's3://photos/2026'],
    ['s3://photos/2026', 's3://photos/2026/'],
    ['s3://photos-secret/2026/', 's3://photos'],
    ['s3://other/2026/', 's3://photos/2026'],
    ['s3://Bad_Bucket/2026/', 's3://Bad_Bucket'],
    ['https://photos/2026', 'https://photos'],
  ] as const) {
    expect([inner, outer, within(inner, outer)]).toEqual([inner, outer, false])
  }
})
