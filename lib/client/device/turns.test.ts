import { expect, test } from 'vitest'
import { Turns } from './turns'

const wanted = new AbortController().signal

test('photos run one at a time, in order, and before the steps of explanations', async () => {
  const turns = new Turns()
  const order: string[] = []
  let running = 0
  const work = (name: string) => async () => {
    expect(++running).toBe(1)
    await Promise.resolve()
    running--
    order.push(name)
  }
  const explanation = (async () => {
    for (const step of ['step 1', 'step 2', 'step 3']) {
      await turns.step(work(step), wanted)
      // Arrives while the explanation runs.
      if (step === 'step 1') void turns.photo(work('photo 3'), wanted)
    }
  })()
  const photos = ['photo 1', 'photo 2'].map((name) => turns.photo(work(name), wanted))
  await Promise.all([explanation, ...photos])
  // The first step had begun when the first photo came.
  expect(order).toEqual(['step 1', 'photo 1', 'photo 2', 'photo 3', 'step 2', 'step 3'])
})

test('a cancelled task never starts, and a failed one stops nothing', async () => {
  const turns = new Turns()
  const controller = new AbortController()
  let started = false
  const failed = turns.photo(() => Promise.reject(new Error('broken')), wanted)
  const cancelled = turns.photo(async () => {
    started = true
  }, controller.signal)
  const last = turns.photo(async () => 'done', wanted)
  controller.abort('withdrawn')
  await expect(failed).rejects.toThrow('broken')
  await expect(cancelled).rejects.toBe('withdrawn')
  await expect(last).resolves.toBe('done')
  expect(started).toBe(false)
})

test('messages arrive between two tasks', async () => {
  const turns = new Turns()
  const order: string[] = []
  const { port1, port2 } = new MessageChannel()
  port1.onmessage = () => order.push('message')
  const first = turns.step(async () => {
    port2.postMessage(null)
    order.push('step 1')
  }, wanted)
  const second = turns.step(async () => void order.push('step 2'), wanted)
  await Promise.all([first, second])
  port1.close()
  expect(order).toEqual(['step 1', 'message', 'step 2'])
})
