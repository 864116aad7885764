import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { clientPython } from '@/scripts/tools/client-python.mjs'
import { colorPhotos } from '../support/colors'
import { REAL_MODEL } from '../support/models'
import { startServer } from '../support/server'

const run = promisify(execFile)
const PHOTO = resolve('public/gallery/espresso.png')

test('clients/python/vision_client.py does the same in both ways, and what the API does', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'colors-'))
  const colors = [...(await colorPhotos())].map(([name, photo]) => {
    mkdirSync(join(folder, dirname(name)), { recursive: true })
    writeFileSync(join(folder, name), photo)
    return join(folder, name)
  })
  const server = await startServer({ env: REAL_MODEL })
  // Of three requests, it refuses one, breaks one, and passes one on.
  let attempts = 0
  const proxy = createServer((incoming, outgoing) => {
    const attempt = attempts++ % 3
    if (attempt === 0) return outgoing.writeHead(503, { 'retry-after': '0' }).end('Busy')
    if (attempt === 1) return incoming.socket.destroy()
    const { port } = new URL(server.url)
    const { method, url: path, headers } = incoming
    incoming.pipe(
      request({ port, method, path, headers }, (reply) => {
        outgoing.writeHead(reply.statusCode ?? 502, reply.headers)
        reply.pipe(outgoing)
      }),
    )
  })
  await new Promise<void>((listening) => proxy.listen(0, '127.0.0.1', listening))
  const proxyUrl = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
  const env = { ...process.env, PYTHONPATH: 'clients/python', PYTHONDONTWRITEBYTECODE: '1' }
  const args = ['tests/integration/python_client.py', server.url, proxyUrl, PHOTO, JSON.stringify(colors)]
  const { stdout } = await run(clientPython(), args, { env })
  proxy.closeAllConnections()
  proxy.close()
  await server.stop()
  rmSync(folder, { recursive: true })
  const [sync, asynchronous] = JSON.parse(stdout)
  expect(sync).toEqual({
    photos: ['espresso', 'espresso', 'espresso'],
    embedding: 1,
    explained: 'occlusion',
    retried: 'espresso',
    many: [['espresso.png', 'espresso', null], ['broken.jpg', null, 'not_an_image'], 72],
    frame: ['ok', 'failed'],
    job: { total: 72, done: 72, ok: 71, failed: 1 },
    results: [['espresso.png', 'espresso', null], ['broken.jpg', null, 'not_an_image'], 72],
    rows: 72,
    csv: 73,
    check: [{ kept: 'b/2.png', copies: ['a/1.png'], leak: null, labels: ['cup', 'drink'] }],
    cleaned: 'file,label\r\nb/2.png,drink\r\n',
    similar: ['b/2.png', 'a/1.png'],
    again: 'folders',
    labels: ['"blue", a/b', '"green", a/b', '"red", a/b'],
    classes: 4,
    title: 'Paint',
    restored: 3,
    models: expect.arrayContaining(['tiny']),
    errors: [
      [415, 'not_an_image', true],
      [422, 'url_refused', true],
      [404, 'unknown_job', true],
      [409, 'conflict', true],
      [0, 'unreachable', false],
    ],
    progress: true,
  })
  expect(asynchronous).toEqual(sync)
})
