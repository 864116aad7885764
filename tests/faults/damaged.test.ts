import { crc32 } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { FULL } from '../support/full'
import { answer, classify } from '../support/http'
import { onslaught } from '../support/onslaught'
import { as, espresso } from '../support/photos'
import { startServer, type TestServer } from '../support/server'

let server: TestServer
beforeAll(async () => {
  server = await startServer({ env: { LOG_LEVEL: 'warn' } })
})
afterAll(() => server.stop())

/** A ZIP archive of one stored file, like the start of a Word document or a Java program. */
function zip(name: string, content: string): Buffer {
  const [file, data] = [Buffer.from(name), Buffer.from(content)]
  const local = Buffer.alloc(30)
  local.writeUInt32LE(0x04034b50)
  local.writeUInt32LE(crc32(data), 14)
  local.writeUInt32LE(data.length, 18)
  local.writeUInt32LE(data.length, 22)
  local.writeUInt16LE(file.length, 26)
  return Buffer.concat([local, file, data])
}

const SCRIPT = '<html><script>alert(1)</script></html>'

test.each<[what: string, file: () => Promise<Buffer> | Buffer, status: number, code: string]>([
  ['a JPEG followed by an archive', async () => Buffer.concat([await as('jpeg'), zip('a.class', 'x')]), 200, 'ok'],
  ['a PNG followed by a web page', () => Buffer.concat([espresso, Buffer.from(SCRIPT)]), 200, 'ok'],
  ['a web page followed by a PNG', () => Buffer.concat([Buffer.from(SCRIPT), espresso]), 415, 'not_an_image'],
  ['an archive with a PNG in it', () => Buffer.concat([zip('a.png', ''), espresso]), 415, 'not_an_image'],
  ['a GIF that is also a script', () => Buffer.from(`GIF89a/*${'*/=alert(1);//'.repeat(20)}`), 413, 'too_many_pixels'],
  ['a PDF with a PNG in it', () => Buffer.concat([Buffer.from('%PDF-1.7\n'), espresso]), 415, 'unsupported_format'],
  ['a WebP that claims to be a WAV', () => Buffer.from('RIFF\x24\0\0\0WAVEfmt ', 'latin1'), 415, 'not_an_image'],
])('%s is identified by its first bytes, and never served as anything else', async (_what, file, status, code) => {
  const reply = await classify(server.url, await file())
  const json = (await reply.json()) as { code?: string }
  expect({ status: reply.status, code: json.code ?? 'ok' }).toEqual({ status, code })
  expect(reply.headers.get('content-type')).toMatch(/^application\/(problem\+)?json/)
  expect(reply.headers.get('x-content-type-options')).toBe('nosniff')
})

test('damaged photos are answered or refused, and crash no worker', async () => {
  const seed = Number(process.env.SEED ?? 16)
  const outcomes = await onslaught(server, FULL ? 300 : 60, seed)
  console.log(`seed ${seed}: ${JSON.stringify(outcomes)}`)
  expect(outcomes['200 ok']).toBeGreaterThan(8)
  expect(outcomes['422 truncated_image']).toBeGreaterThan(8)
  expect(server.output()).not.toContain('a worker crashed')
  expect((await answer(classify(server.url, espresso))).image.bytes).toBe(espresso.length)
})
