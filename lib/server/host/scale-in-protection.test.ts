import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, expect, test, vi } from 'vitest'
import { ScaleInProtection } from './scale-in-protection'

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

/** A fake ECS agent and the requests it received. */
async function agent(status = 200) {
  const requests: unknown[] = []
  const server = createServer(async (request, reply) => {
    requests.push([request.method, request.url, JSON.parse(await text(request))])
    reply.writeHead(status).end('{}')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  closers.push(() => server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/abc`, requests }
}

const PATH = '/api/abc/task-protection/v1/state'
const ON = ['PUT', PATH, { ProtectionEnabled: true, ExpiresInMinutes: 30 }]
const OFF = ['PUT', PATH, { ProtectionEnabled: false }]

test('starts with the first work and ends after being idle for a while', async () => {
  const { url, requests } = await agent()
  const warned: unknown[] = []
  const protection = new ScaleInProtection(url, { warn: (...args) => warned.push(args) }, 20)
  await Promise.all([protection.begin(), protection.begin()])
  protection.end()
  protection.end()
  await protection.begin()
  protection.end()
  expect(requests).toEqual([ON])
  await vi.waitUntil(() => requests.length > 1)
  expect(requests).toEqual([ON, OFF])
  await protection.begin()
  protection.end()
  await protection.release()
  expect(requests).toEqual([ON, OFF, ON, OFF])
  expect(warned).toEqual([])
})

test('is renewed while held, despite gaps between pieces of work', async () => {
  const { url, requests } = await agent()
  const protection = new ScaleInProtection(url, { warn: () => {} }, 60_000, 40)
  for (let pieces = 0; requests.length < 3; pieces++) {
    await protection.begin()
    protection.end()
    await new Promise((gap) => setTimeout(gap, 5))
    expect(pieces).toBeLessThan(1000)
  }
  await protection.release()
  expect(requests.slice(0, 3)).toEqual([ON, ON, ON])
  expect(requests.at(-1)).toEqual(OFF)
})

test('work continues if ECS refuses or is unreachable', async () => {
  const warned: unknown[] = []
  const log = { warn: (fields: object) => warned.push(fields) }
  await new ScaleInProtection((await agent(400)).url, log).begin()
  await new ScaleInProtection('http://127.0.0.1:9', log).begin()
  expect(warned).toEqual([
    { reason: 'ECS responded with 400: {}', on: true },
    { reason: 'fetch failed', on: true },
  ])
})
