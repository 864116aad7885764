import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { HostLimiter } from './host-limiter'

/** Tasks that start when there is room and end when the test lets them. */
function works(lanes: HostLimiter) {
  const running: string[] = []
  const ends = new Map<string, () => void>()
  const add = (name: string) =>
    lanes.run(name.split('/')[0] as string, async () => {
      running.push(name)
      await new Promise<void>((resolve) => ends.set(name, resolve))
      running.splice(running.indexOf(name), 1)
    })
  async function end(name: string) {
    ends.get(name)?.()
    await turn()
  }
  return { running, add, end }
}

test('limits tasks in total and per host, and takes hosts in turn', async () => {
  const lanes = new HostLimiter(3, 2)
  const { running, add, end } = works(lanes)
  for (const name of ['a/1', 'a/2', 'a/3', 'a/4', 'b/1', 'b/2', 'c/1']) add(name)
  expect(running).toEqual(['a/1', 'a/2', 'b/1'])
  await end('b/1')
  // `a` is at its limit. It comes first when it may run again, because it has waited longest.
  expect(running).toEqual(['a/1', 'a/2', 'b/2'])
  await end('a/1')
  expect(running).toEqual(['a/2', 'b/2', 'a/3'])
  await end('a/2')
  expect(running).toEqual(['b/2', 'a/3', 'c/1'])
})

test('drops tasks that have not started', async () => {
  const lanes = new HostLimiter(1, 1)
  const { running, add, end } = works(lanes)
  for (const name of ['a/1', 'a/2', 'b/1']) add(name)
  lanes.clear()
  await end('a/1')
  expect(running).toEqual([])
})
