import { connect } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { answer, classify, wire } from '../support/http'
import { createJob, jobDone } from '../support/jobs'
import { distinctPhotos, formOf } from '../support/many-photos'
import { espresso } from '../support/photos'
import { isInstalled, startHaproxy, startNginx } from '../support/reverse-proxies'
import { PAGES, startServer, type TestServer } from '../support/server'

let server: TestServer
beforeAll(async () => {
  server = await startServer({ env: PAGES })
})
afterAll(() => server.stop())

/** HAProxy's status of its server, of its last probe, and the status code of that probe. */
async function standing(socket: string): Promise<{ status: string; check: string; code: string }> {
  let text = ''
  const admin = connect(socket, () => admin.write('show stat\n'))
  for await (const piece of admin) text += piece
  const [head = '', ...rows] = text.replace(/^# /, '').split('\n')
  const names = head.split(',')
  const row = rows.map((line) => line.split(',')).find(([, name]) => name === 'one') ?? []
  const of = (name: string) => row[names.indexOf(name)] ?? ''
  return { status: of('status'), check: of('check_status'), code: of('check_code') }
}

test('passes the simplest HAProxy probe and classifies photos through HAProxy', async ({ skip }) => {
  if (!isInstalled('haproxy')) skip('requires HAProxy (Debian: apt install haproxy)')
  const proxy = await startHaproxy(server.url)
  try {
    await expect
      .poll(() => standing(join(proxy.folder, 'admin.sock')), { timeout: 10_000 })
      .toEqual({ status: 'UP', check: 'L7OK', code: '200' })
    expect((await answer(classify(proxy.url, espresso))).image.bytes).toBe(espresso.length)
    expect((await fetch(`${proxy.url}/models`)).status).toBe(200)
  } finally {
    await proxy.stop()
  }
})

test('serves nginx over HTTP/1.0, with and without Host, and over keep-alive connections', async ({ skip }) => {
  if (!isInstalled('nginx')) skip('requires nginx (Debian: apt install nginx-light)')
  const proxy = await startNginx(server.url)
  try {
    for (const base of ['', '/nameless', '/kept', '/kept', '/kept']) {
      expect((await answer(classify(proxy.url + base, espresso))).image.bytes, base).toBe(espresso.length)
      expect((await fetch(`${proxy.url}${base}/models`)).status, base).toBe(200)
      expect(await (await fetch(`${proxy.url}${base}/health/ready`)).json()).toEqual({ status: 'ok' })
    }
  } finally {
    await proxy.stop()
  }
})

test.each([
  ['HAProxy', 'OPTIONS / HTTP/1.0\r\n\r\n', 204],
  ['HAProxy, API', 'GET /health/ready HTTP/1.0\r\n\r\n', 200],
  [
    'Nagios (check_http)',
    'GET /health/live HTTP/1.0\r\nUser-Agent: check_http/v2.3.3\r\nConnection: close\r\n\r\n',
    200,
  ],
  ['Nagios, page', 'HEAD / HTTP/1.0\r\nUser-Agent: check_http/v2.3.3\r\nConnection: close\r\n\r\n', 200],
  ['a load balancer that uses IP addresses', 'GET /api/models HTTP/1.1\r\nHost:\r\n\r\n', 200],
])('answers %s without a Host', async (_, request, status) => {
  const reply = await wire(server.url, request)
  expect(reply).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
})

test('classifies a photo over HTTP/1.0 without Host', async () => {
  const head = `POST /api/classify HTTP/1.0\r\nContent-Length: ${espresso.length}\r\n\r\n`
  const reply = await wire(server.url, Buffer.concat([Buffer.from(head), espresso]), { silenceMs: 5000 })
  expect(reply).toMatch(/^HTTP\/1\.1 200 /)
  // The response ends with the connection, as this client expects.
  expect(reply).not.toMatch(/transfer-encoding/i)
  expect(reply).toContain(`"bytes":${espresso.length}`)
  await server.printed(/"path":"\/api\/classify","status":200/)
})

test('event streams are not buffered and keep to HTTP/1.0', async () => {
  const { id } = await createJob(server.url, formOf(distinctPhotos(2)))
  await jobDone(server.url, id)
  const reply = await wire(server.url, `GET /api/jobs/${id}/events HTTP/1.0\r\n\r\n`, { silenceMs: 2000 })
  const [head = '', body = ''] = reply.split('\r\n\r\n')
  expect(head).toMatch(/^HTTP\/1\.1 200 .*\r\nx-accel-buffering: no/is)
  expect(head).toMatch(/^connection: close$/im)
  expect(head).not.toMatch(/transfer-encoding|keep-alive/i)
  expect(body).toMatch(/^event: result$/m)
})
