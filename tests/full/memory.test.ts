import { expect, test } from 'vitest'
import { memoryCgroup } from '../support/cgroup'
import { answer, classify } from '../support/http'
import { espresso, fiftyMegapixels } from '../support/photos'
import { startServer } from '../support/server'

const GIGABYTE = 1e9

test('two hundred uploads of 50 megapixels at once, in a cgroup of 1 GB: answers and refusals, and nothing dies', async (context) => {
  const cgroup = memoryCgroup(GIGABYTE)
  if (!cgroup) return context.skip('this user may not make a cgroup here')
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
  console.log(`${answered} of ${statuses.length} answered, the others refused`)
  expect(new Set(statuses)).toEqual(new Set([200, 429]))
  expect(server.output()).not.toContain('a worker died')
  expect((await answer(classify(server.url, espresso))).predictions[0]?.label).toBe('espresso')
  expect(await server.stop()).toBe(0)
  cgroup.remove()
})
