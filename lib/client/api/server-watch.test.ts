import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ServerWatch } from './server-watch'

const LONGEST_MS = 15_000

let page: EventTarget & { visibilityState: string }
let asked: number[]
let ready: boolean
let watch: ServerWatch
beforeEach(() => {
  vi.useFakeTimers({ now: 0 })
  vi.spyOn(Math, 'random').mockReturnValue(1)
  page = Object.assign(new EventTarget(), { visibilityState: 'visible' })
  vi.stubGlobal('window', new EventTarget())
  vi.stubGlobal('document', page)
  asked = []
  ready = false
  watch = new ServerWatch(async () => {
    asked.push(Date.now())
    return ready
  })
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

const gaps = () => asked.map((time, at) => time - (asked[at - 1] ?? 0))

test('asks less and less often for as long as something waits, once for all of it', async () => {
  const over: string[] = []
  const stop = new AbortController()
  void watch.wait().then(() => over.push('first'))
  void watch.wait(stop.signal).then(() => over.push('second'))
  await vi.advanceTimersByTimeAsync(40_000)
  expect(gaps()).toEqual([500, 1000, 2000, 4000, 8000, LONGEST_MS])
  stop.abort()
  await vi.advanceTimersByTimeAsync(0)
  expect(over).toEqual(['second'])
  ready = true
  await vi.advanceTimersByTimeAsync(LONGEST_MS)
  expect(over).toEqual(['second', 'first'])
  const count = asked.length
  await vi.advanceTimersByTimeAsync(60_000)
  expect(asked).toHaveLength(count)
})

test('does not hurry when the server fails again right after it was ready', async () => {
  ready = true
  for (let i = 0; i < 4; i++) {
    const over = watch.wait()
    await vi.advanceTimersByTimeAsync(LONGEST_MS)
    await over
    vi.setSystemTime(asked.at(-1) as number)
  }
  expect(gaps()).toEqual([500, 1000, 2000, 4000])
})

test('stops while the page is hidden, and asks at once when it is shown or the connection is back', async () => {
  void watch.wait()
  page.visibilityState = 'hidden'
  await vi.advanceTimersByTimeAsync(60_000)
  expect(asked).toEqual([])
  page.visibilityState = 'visible'
  page.dispatchEvent(new Event('visibilitychange'))
  await vi.advanceTimersByTimeAsync(0)
  window.dispatchEvent(new Event('online'))
  await vi.advanceTimersByTimeAsync(0)
  expect(asked).toEqual([60_000, 60_000])
})

test('waits for nothing that is already over', async () => {
  await watch.wait(AbortSignal.abort())
  expect(vi.getTimerCount()).toBe(0)
})
