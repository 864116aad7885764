import { expect, test } from 'vitest'
import { MemoryBudget } from './memory-budget'

const queueFull = expect.objectContaining({ code: 'queue_full' })

test('limits the total, but a single reservation always fits', () => {
  const budget = new MemoryBudget(100)
  const [a, b] = [budget.reserve(), budget.reserve()]
  a.take(150)
  expect(() => b.take(1)).toThrow(queueFull)
  expect(() => b.require(1)).toThrow(queueFull)
  a.release()
  b.require(1000)
  b.take(60)
  expect(() => budget.reserve().take(41)).toThrow(queueFull)
  budget.reserve().take(40)
})

test('growing reservations wait for room in order and are refused after a while', async () => {
  const budget = new MemoryBudget(100, 50)
  const [a, b, c] = [budget.reserve(), budget.reserve(), budget.reserve()]
  await a.hold('body', 60)
  await b.hold('body', 40)
  const order: string[] = []
  const grown = [b.hold('packs', 30).then(() => order.push('b')), c.hold('body', 20).then(() => order.push('c'))]
  await a.hold('body', 20)
  await a.hold('body', 5)
  await Promise.all(grown)
  expect(order).toEqual(['b', 'c'])
  await expect(c.hold('body', 60)).rejects.toEqual(queueFull)
  a.release()
  await c.hold('body', 25)
  b.release()
  c.release()
  // Everything was released: the whole budget is available.
  budget.reserve().take(1)
  budget.reserve().take(99)
})
