import { expect, test } from 'vitest'
import { labeledExamples } from '../../../tests/support/labeled-examples'
import { photosOf } from '../training/multi-label/photo-set'
import { checkLabelSets, type LabeledPhoto, type LabelSetCheck } from './label-set-issues'

/** Photos with several of four labels, or none. */
function labeledPhotos(): LabeledPhoto[] {
  const shares = { ant: 0.4, bee: 0.3, cat: 0.25, dog: 0.2 }
  return photosOf(labeledExamples({ shares, photos: 300 })).map(({ example: { label: _, ...features }, labels }) => ({
    labels: [...labels],
    features,
  }))
}

function check(photos: readonly LabeledPhoto[], copies = Int32Array.from(photos.keys())): LabelSetCheck {
  const work = checkLabelSets(photos, copies)
  for (;;) {
    const { done, value } = work.next()
    if (done) return value
  }
}

test('finds labels that are wrong, missing or mixed up, and suggests all labels of the photo', () => {
  const photos = labeledPhotos()
  const where = (labels: string) => photos.findIndex((photo) => photo.labels.join() === labels)
  const wrong = new Map([
    [where('ant'), ['ant', 'dog']],
    [where('bee,cat'), ['bee']],
    [where(''), ['ant']],
    [where('dog'), ['cat']],
  ])
  expect(wrong.size).toBe(4)
  const changed = photos.map((photo, at) => ({ ...photo, labels: wrong.get(at) ?? photo.labels }))
  const { issues, mixedUp, checked } = check(changed)
  expect(checked).toBe(300)
  const worst = issues.slice(0, 4)
  expect(new Set(worst.map(({ photo }) => photo))).toEqual(new Set(wrong.keys()))
  // What the photos had before they were changed.
  for (const { photo, suggested } of worst) expect(suggested).toEqual([...(photos[photo]?.labels ?? [])].sort())
  expect(issues.map(({ score }) => score)).toEqual(issues.map(({ score }) => score).sort((a, b) => b - a))
  expect(issues.every(({ score }) => score > 0.5 && score <= 1)).toBe(true)
  expect(mixedUp[0]).toEqual({ label: 'cat', looksLike: 'dog', photos: 1 })
})

test('suspects next to nothing where all labels are right, and checks nothing where all photos are copies of one', () => {
  const photos = labeledPhotos()
  // Noise makes a few hard to tell.
  expect(check(photos).issues.length).toBeLessThanOrEqual(9)
  const copies = new Int32Array(photos.length)
  expect(check(photos, copies)).toEqual({ issues: [], mixedUp: [], checked: 0 })
})
