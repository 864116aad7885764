import { expect, test } from 'vitest'
import { collect } from './collect'

/** A file whose size takes 2 ms to read, as on a slow disk. */
class SlowFile extends File {
  override get size(): number {
    const end = performance.now() + 2
    while (performance.now() < end) {}
    return 3
  }
}

test('many files are read in slices, so that the page stays responsive', async () => {
  const files = Array.from({ length: 60 }, (_, at) => new SlowFile(['x'], `${at}.jpg`))
  let turns = 0
  let done = false
  const others = (async () => {
    while (!done) {
      await new Promise((resolve) => setImmediate(resolve))
      turns++
    }
  })()
  const { sources } = await collect(files)
  done = true
  await others
  expect(sources.map(({ path, size }) => [path, size])).toEqual(files.map(({ name }) => [name, 3]))
  // 120 ms of work in slices of 12.
  expect(turns).toBeGreaterThan(5)
})
