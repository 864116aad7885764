import { afterEach, beforeEach, expect, test } from 'vitest'
import { answer, classify, refusal } from '../support/http'
import { onslaught } from '../support/onslaught'
import { as, espresso, hugePng } from '../support/photos'
import { residentBytes, startServer, type TestServer } from '../support/server'
import { storm } from '../support/storm'

let server: TestServer
beforeEach(async () => {
  server = await startServer({ env: { LOG_LEVEL: 'warn' } })
})
afterEach(async () => {
  expect((await answer(classify(server.url, espresso))).predictions[0]?.label).toBe('espresso')
  expect(await server.stop()).toBe(0)
})

/** Sends a photo so many times, eight at a time. */
async function send(photo: Buffer, count: number): Promise<void> {
  let left = count
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      while (left-- > 0) await answer(classify(server.url, photo))
    }),
  )
}

test('5,000 damaged photos', async () => {
  const seed = Number(process.env.SEED ?? 20_261_125)
  console.log(`seed ${seed}: ${JSON.stringify(await onslaught(server, 5000, seed))}`)
  expect(server.output()).not.toContain('a worker died')
})

test('a thousand decompression bombs', async () => {
  for (let i = 0; i < 1000; i++) {
    await refusal(classify(server.url, hugePng(10_000 + i, 60_000 - i)), 413, 'too_many_pixels')
  }
})

test('20,000 photos: memory at rest is what it was', async () => {
  const photo = await as('jpeg')
  await send(photo, 2000)
  const before = residentBytes(server)
  await send(photo, 20_000)
  const after = residentBytes(server)
  console.log(
    `resident memory: ${Math.round(before / 1e6)} MB after 2,000 photos, ${Math.round(after / 1e6)} MB after 22,000`,
  )
  expect(after).toBeLessThan(1.1 * before)
})

test('a hundred workers killed under load', async () => {
  const { answered, refused, kills } = await storm(server, 100)
  console.log(`${kills} kills: ${answered} answered, ${refused} refused, none wrong`)
  expect(answered).toBeGreaterThan(kills)
  expect(refused).toBeLessThanOrEqual(kills)
})
