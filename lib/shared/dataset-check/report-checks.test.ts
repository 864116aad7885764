import { expect, test } from 'vitest'
import type { CheckReport } from '../contract/check'
import { NOTHING_FOUND } from './checked-rows'
import { checksOfReport } from './report-checks'

test('a report says of each photo what the columns of the server say', () => {
  const report: CheckReport = {
    photos: 5,
    copies: [
      { kept: 'a.jpg', copies: ['b.jpg'], leak: null, labels: null },
      { kept: 'd.jpg', copies: ['c.jpg'], leak: ['test', 'train'], labels: ['x', 'y'] },
    ],
    labels: {
      checked: 5,
      reason: null,
      issues: [{ file: 'b.jpg', label: 'x', suggested: 'y', score: 0.9 }],
      mixed_up: [{ label: 'x', looks_like: 'y', photos: 1 }],
    },
    outliers: [{ file: 'e.jpg', distance: 0.8 }],
    quality: [{ file: 'b.jpg', issues: ['tiny', 'blurred'] }],
  }
  expect(Object.fromEntries(checksOfReport(report))).toEqual({
    'a.jpg': { ...NOTHING_FOUND, copy_group: 1 },
    'b.jpg': {
      near_copy_of: 'a.jpg',
      copy_group: 1,
      label_issue: 0.9,
      suggested_label: 'y',
      quality: ['tiny', 'blurred'],
    },
    'c.jpg': { ...NOTHING_FOUND, copy_group: 2, near_copy_of: 'd.jpg' },
    'd.jpg': { ...NOTHING_FOUND, copy_group: 2 },
  })
})
