import { expect, test } from 'vitest'
import { accuracy, draw, tasks } from '@/bench/train-tasks'
import { train } from '@/lib/shared/training/train'

const DRAWS = 200
const found = await tasks()
const signs = found.find(({ name }) => name === 'signs')

test.skipIf(!signs)('the interval holds the accuracy on unseen hand signs in nine of ten draws', async () => {
  let held = 0
  for (let seed = 1; seed <= DRAWS; seed++) {
    const { trained, tested } = draw(signs?.photos ?? [], 10, 1000 + seed)
    const { head, report } = await train(trained, { quick: true })
    const [low, high] = report?.top1_interval ?? [1, 0]
    const truth = accuracy(head, tested)
    if (low <= truth && truth <= high) held++
  }
  console.log(`the 95% interval held the accuracy in ${held} of ${DRAWS} draws`)
  expect(held).toBeGreaterThanOrEqual(0.9 * DRAWS)
})
