import { expect, test } from 'vitest'
import { ByteBudget } from './byte-budget'

const full = expect.objectContaining({ code: 'queue_full' })

test('what is held is bounded over all, and one that is alone passes', () => {
  const budget = new ByteBudget(100)
  const [a, b] = [budget.lease(), budget.lease()]
  a.take(150)
  expect(() => b.take(1)).toThrow(full)
  expect(() => b.require(1)).toThrow(full)
  a.release()
  b.require(1000)
  b.take(60)
  expect(() => budget.lease().take(41)).toThrow(full)
  budget.lease().take(40)
})

test('who grows in the middle waits for room in the order of coming, shrinks, and is refused after a while', async () => {
  const budget = new ByteBudget(100, 50)
  const [a, b, c] = [budget.lease(), budget.lease(), budget.lease()]
  await a.hold('body', 60)
  await b.hold('body', 40)
  const order: string[] = []
  const grown = [b.hold('packs', 30).then(() => order.push('b')), c.hold('body', 20).then(() => order.push('c'))]
  await a.hold('body', 20)
  await a.hold('body', 5)
  await Promise.all(grown)
  expect(order).toEqual(['b', 'c'])
  await expect(c.hold('body', 60)).rejects.toEqual(full)
  a.release()
  await c.hold('body', 25)
  b.release()
  c.release()
  // Nothing is left behind: all of it fits beside one byte.
  budget.lease().take(1)
  budget.lease().take(99)
})
