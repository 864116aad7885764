import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { readChunks } from './body-chunks'

const PACE = { graceMs: 300, bytesPerSecond: 1000 }

/** A body that sends this many bytes after each pause (milliseconds). */
function body(bytes: number, pauses: readonly number[]): ReadableStream<Uint8Array> {
  const left = [...pauses]
  return new ReadableStream({
    async pull(controller) {
      const pause = left.shift()
      if (pause === undefined) return controller.close()
      await sleep(pause)
      controller.enqueue(new Uint8Array(bytes))
    },
  })
}

async function read(stream: ReadableStream<Uint8Array>, each = 0): Promise<number> {
  let length = 0
  for await (const chunk of readChunks(stream, PACE)) {
    length += chunk.byteLength
    await sleep(each)
  }
  return length
}

test.each([
  ['a slow trickle', body(1, Array(100).fill(50))],
  ['a stalled body', body(1000, [0, 10_000])],
])('%s is too slow, and the rest of the body can still be read', async (_, stream) => {
  const before = performance.now()
  await expect(read(stream)).rejects.toMatchObject({ code: 'too_slow' })
  expect(performance.now() - before).toBeLessThan(2000)
  expect(stream.locked).toBe(false)
})

test('bursts after pauses and a slow consumer are not too slow', async () => {
  expect(await read(body(500, Array(8).fill(100)))).toBe(4000)
  expect(await read(body(1, Array(10).fill(0)), 60)).toBe(10)
})
