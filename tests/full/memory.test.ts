import sharp from 'sharp'
import { expect, test } from 'vitest'
import { memoryCgroup } from '../support/cgroup'
import { answer, classify } from '../support/http'
import { espresso, fiftyMegapixels } from '../support/photos'
import { startServer } from '../support/server'

const GIGABYTE = 1e9

test('two hundred simultaneous uploads of 50 megapixels with 1 GB: results and refusals, and no process dies', async (context) => {
  const cgroup = memoryCgroup(GIGABYTE)
  if (!cgroup) return context.skip('this user cannot create a cgroup here')
  const server = await startServer({ env: { LOG_LEVEL: 'warn' }, cgroup: cgroup.folder })
  const photo = await fiftyMegapixels()
  const statuses = await Promise.all(
    Array.from({ length: 200 }, async () => {
      const reply = await classify(server.url, photo)
      await reply.arrayBuffer()
      return reply.status
    }),
  )
  const answered = statuses.filter((status) => status === 200).length
  console.log(`${answered} of ${statuses.length} classified, the others refused`)
  expect(new Set(statuses)).toEqual(new Set([200, 429]))
  expect(server.output()).not.toContain('a worker crashed')
  expect((await answer(classify(server.url, espresso))).predictions[0]?.label).toBe('espresso')
  expect(await server.stop()).toBe(0)
  await cgroup.remove()
})

test('600 small and 40 large photos with 512 MB: results and refusals, and the server survives', async (context) => {
  const cgroup = memoryCgroup(512e6)
  if (!cgroup) return context.skip('this user cannot create a cgroup here')
  const server = await startServer({ cgroup: cgroup.folder })
  const noise = (width: number, height: number) => {
    const grain = { type: 'gaussian', mean: 128, sigma: 30 } as const
    return sharp({ create: { width, height, channels: 3, background: '#000', noise: grain } })
  }
  const small = await noise(640, 480).jpeg().toBuffer()
  const large = await Promise.all([
    noise(3000, 2000).jpeg({ quality: 85 }).toBuffer(),
    noise(3000, 2000).png({ compressionLevel: 1 }).toBuffer(),
    noise(3000, 2000).webp().toBuffer(),
  ])
  const photos = Array.from({ length: 640 }, (_, i) => (i % 16 === 0 ? (large[(i / 16) % 3] as Buffer) : small))
  const statuses: number[] = []
  async function lane() {
    for (let photo = photos.shift(); photo; photo = photos.shift()) {
      const reply = await classify(server.url, photo)
      await reply.arrayBuffer()
      statuses.push(reply.status)
    }
  }
  await Promise.all(Array.from({ length: 16 }, lane))
  const crowd = await Promise.all(Array.from({ length: 40 }, (_, i) => classify(server.url, large[i % 3] as Buffer)))
  await Promise.all(crowd.map((reply) => reply.arrayBuffer()))
  const answered = statuses.filter((status) => status === 200).length
  console.log(`${answered} of 640 classified; of 40 simultaneous large ones ${crowd.filter(({ ok }) => ok).length}`)
  expect([...new Set([...statuses, ...crowd.map(({ status }) => status)])].sort()).toEqual([200, 429])
  expect(answered).toBeGreaterThan(500)
  expect(server.child.exitCode ?? server.child.signalCode).toBeNull()
  expect(await server.stop()).toBe(0)
  await cgroup.remove()
})
