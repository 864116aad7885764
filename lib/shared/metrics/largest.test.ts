import { expect, test } from 'vitest'
import { largest } from './largest'
import { randomNumbers } from './random'

test('finds the same values as sorting, also among equal ones and infinities', () => {
  const random = randomNumbers(1)
  for (let length = 0; length < 60; length++) {
    for (const distinct of [2, 5, 1e9]) {
      const values = Float64Array.from({ length }, () => Math.floor(distinct * random()))
      if (length > 3) values.set([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY], length % 3)
      const sorted = values.toSorted()
      for (const count of [0, 1, 2, 7, length, length + 1]) {
        const found = largest(values.slice(), count)
        expect([...found.sort()], `${count} of ${length}`).toEqual([...sorted.subarray(Math.max(0, length - count))])
      }
    }
  }
})
