import { expect, test } from 'vitest'
import { Thumbnails } from './thumbnails'

/** Thumbnails whose loads end when they are told to. */
function start() {
  const loads: { index: number; end(blob: Blob | null): void }[] = []
  const thumbnails = new Thumbnails((index) => new Promise((end) => loads.push({ index, end })))
  const request = (index: number) => {
    let cancel = () => {}
    const url = new Promise<string | null>((done) => (cancel = thumbnails.request(index, done)))
    return { url, cancel }
  }
  return { loads, thumbnails, request }
}

test('a photo in several places is loaded once, and each place gets it, also one that asks meanwhile', async () => {
  const { loads, thumbnails, request } = start()
  // Two others are being loaded.
  const others = [request(1), request(2)]
  const places = [request(7), request(7), request(7)]
  places[1]?.cancel()
  loads[0]?.end(new Blob(['1']))
  await others[0]?.url
  expect(loads.map(({ index }) => index)).toEqual([1, 2, 7])
  const late = request(7)
  loads[2]?.end(new Blob(['7']))
  const url = await places[0]?.url
  expect(url).toMatch(/^blob:/)
  expect([await places[2]?.url, await late.url, thumbnails.get(7)]).toEqual([url, url, url])
  expect(loads).toHaveLength(3)
  thumbnails.dispose()
})

test('the most recent request is served first, and one that is cancelled not at all', async () => {
  const { loads, request } = start()
  const first = request(1)
  request(2)
  request(3)
  request(4)
  request(5).cancel()
  loads[0]?.end(null)
  expect(await first.url).toBeNull()
  expect(loads.map(({ index }) => index)).toEqual([1, 2, 4])
})
