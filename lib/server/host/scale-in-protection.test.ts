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

/** What ECS's agent in the task was asked for, by a server that answers as it does. */
async function agent(status = 200) {
  const asked: unknown[] = []
  const server = createServer(async (request, reply) => {
    asked.push([request.method, request.url, JSON.parse(await text(request))])
    reply.writeHead(status).end('{}')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  closers.push(() => server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/abc`, asked }
}

const PATH = '/api/abc/task-protection/v1/state'
const ON = ['PUT', PATH, { ProtectionEnabled: true, ExpiresInMinutes: 30 }]
const OFF = ['PUT', PATH, { ProtectionEnabled: false }]

test('asked for with the first work, given back when there was none for a while', async () => {
  const { url, asked } = await agent()
  const warned: unknown[] = []
  const protection = new ScaleInProtection(url, { warn: (...args) => warned.push(args) }, 20)
  await Promise.all([protection.begin(), protection.begin()])
  protection.end()
  protection.end()
  await protection.begin()
  protection.end()
  expect(asked).toEqual([ON])
  await vi.waitUntil(() => asked.length > 1)
  expect(asked).toEqual([ON, OFF])
  await protection.begin()
  protection.end()
  await protection.release()
  expect(asked).toEqual([ON, OFF, ON, OFF])
  expect(warned).toEqual([])
})

test('renewed while it holds, though work comes in pieces with gaps between them', async () => {
  const { url, asked } = await agent()
  const protection = new ScaleInProtection(url, { warn: () => {} }, 60_000, 40)
  for (let pieces = 0; asked.length < 3; pieces++) {
    await protection.begin()
    protection.end()
    await new Promise((gap) => setTimeout(gap, 5))
    expect(pieces).toBeLessThan(1000)
  }
  await protection.release()
  expect(asked.slice(0, 3)).toEqual([ON, ON, ON])
  expect(asked.at(-1)).toEqual(OFF)
})

test('work goes on where ECS refuses, or is not there', async () => {
  const warned: unknown[] = []
  const log = { warn: (fields: object) => warned.push(fields) }
  await new ScaleInProtection((await agent(400)).url, log).begin()
  await new ScaleInProtection('http://127.0.0.1:9', log).begin()
  expect(warned).toEqual([
    { reason: 'ECS responded with 400: {}', on: true },
    { reason: 'fetch failed', on: true },
  ])
})
