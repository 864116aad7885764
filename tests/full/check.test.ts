import { existsSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { checkLabels } from '@/lib/shared/dataset-check/label-issues'
import { tasks } from '../../bench/train-tasks'
import { changeLabels } from '../support/changed-labels'
import { copiesFound } from '../support/copies-found'

const [EVAL, SIGNS] = ['../shared/eval', '../shared/signs']
const there = [EVAL, SIGNS].every((folder) => existsSync(folder))
if (!there) console.log(`skipped: what checks find, because ${EVAL} or ${SIGNS} does not exist`)

describe.skipIf(!there)('what checks find in real data sets', () => {
  test('98 % of the copies that were resized, recompressed, or cropped by a tenth, and hardly anything else', async () => {
    const { recall, precision } = await copiesFound(EVAL, 200, ['resized', 'recompressed', 'cropped'])
    for (const share of Object.values(recall)) expect(share).toBeGreaterThanOrEqual(0.98)
    expect(precision).toBeGreaterThanOrEqual(0.98)
  }, 600_000)

  test('photos of the same hand sign, much alike, are not copies', async () => {
    const { recall, precision, originalsJoined } = await copiesFound(SIGNS, 200)
    for (const share of Object.values(recall)) expect(share).toBeGreaterThanOrEqual(0.95)
    expect(precision).toBeGreaterThanOrEqual(0.98)
    expect(originalsJoined).toBeLessThanOrEqual(2)
  }, 600_000)

  test('with 5 % of the labels changed, three quarters of the first 5 % are truly wrong', async () => {
    for (const { name, photos } of await tasks()) {
      const { examples, changed } = changeLabels(photos, 0.05, 1)
      const work = checkLabels(examples, Int32Array.from(photos.keys()))
      let step = work.next()
      while (!step.done) step = work.next()
      const first = step.value.issues.slice(0, changed.size)
      const right = first.filter(({ example }) => changed.has(example)).length / changed.size
      expect([name, right >= 0.75]).toEqual([name, true])
    }
  }, 600_000)
})
