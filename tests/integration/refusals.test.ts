import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PROBLEMS, type ProblemCode } from '@/lib/shared/problems/problem'
import { answer, classify, raw, refusal, wire } from '../support/http'
import { as, espresso, hugePng } from '../support/photos'
import { startServer, type TestServer } from '../support/server'

const MB = 1_000_000
const big = Buffer.concat([espresso, Buffer.alloc(21 * MB)])
const asJson = { 'content-type': 'application/json' }

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(async () => {
  // After all these requests, it still responds and shuts down cleanly.
  expect((await answer(classify(server.url, espresso))).image.bytes).toBe(espresso.length)
  expect(server.output()).not.toContain('"code":"internal"')
  expect(await server.stop()).toBe(0)
})

const heic = Buffer.from('00000018667479706865696300000000686569636d696631', 'hex')
const bodies: [
  name: string,
  status: number,
  code: ProblemCode,
  body: () => Promise<Buffer | string> | Buffer | string,
][] = [
  ['an empty body', 400, 'empty_body', () => ''],
  ['text', 415, 'not_an_image', () => 'hello, this is not an image'],
  ['zeros', 415, 'not_an_image', () => Buffer.alloc(5000)],
  ['an HTML page', 415, 'not_an_image', () => '<!doctype html><title>x</title>'],
  ['only a JPEG signature', 422, 'truncated_image', () => Buffer.from('ffd8ff', 'hex')],
  ['an SVG', 415, 'unsupported_format', () => '<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>'],
  ['the first bytes of a HEIC file', 422, 'truncated_image', () => heic],
  ['a PDF', 415, 'unsupported_format', () => '%PDF-1.7 …'],
  ['only a BMP header', 422, 'truncated_image', () => Buffer.from('424d46000000000000003600000028000000', 'hex')],
  ['half a JPEG', 422, 'truncated_image', async () => half(await as('jpeg'))],
  ['half a PNG', 422, 'truncated_image', () => half(espresso)],
  ['half a WebP', 422, 'truncated_image', async () => half(await as('webp'))],
  ['half an AVIF', 422, 'truncated_image', async () => half(await as('avif'))],
  ['half a GIF', 422, 'truncated_image', async () => half(await as('gif'))],
  ['half a TIFF', 422, 'truncated_image', async () => half(await as('tiff'))],
  ['60 megapixels', 413, 'too_many_pixels', () => hugePng(10_000, 6_000)],
  ['4 billion pixels per side', 413, 'too_many_pixels', () => hugePng(4e9, 4e9)],
]

function half(image: Buffer): Buffer {
  return image.subarray(0, image.length >> 1)
}

test.each(bodies)('%s: %i %s', async (_, status, code, body) => {
  await refusal(classify(server.url, await body()), status, code)
})

const odd = JSON.parse(readFileSync('tests/parity/golden/formats/cases.json', 'utf8')) as {
  read: { file: string }[]
  refused: { file: string; code: ProblemCode; words: string }[]
}
const golden = (file: string) => readFileSync(`tests/parity/golden/formats/${file}`)

test.each(odd.refused)('$file: $code, $words', async ({ file, code, words }) => {
  const reply = await classify(server.url, golden(file))
  const problem = (await reply.json()) as { code: string; detail: string }
  expect([reply.status, problem.code]).toEqual([PROBLEMS[code][0], code])
  expect(problem.detail).toContain(words)
})

test('classifies every unusual but supported format', async () => {
  for (const { file } of odd.read) {
    const { image } = await answer(classify(server.url, golden(file), { query: '?preview=1' }))
    expect(image.format).toBe(FORMATS[file.slice(file.lastIndexOf('.') + 1)])
  }
})
const FORMATS: Record<string, string> = {
  tiff: 'tiff',
  bmp: 'bmp',
  ico: 'ico',
  jpg: 'jpeg',
  pbm: 'pnm',
  pgm: 'pnm',
  ppm: 'pnm',
}

describe('forms and JSON', () => {
  function form(...files: Uint8Array[]): FormData {
    const data = new FormData()
    data.set('top_k', '3')
    for (const file of files) data.append('file', new Blob([file as BlobPart]), 'a.png')
    return data
  }
  const multipart = (text: string) =>
    classify(server.url, text, { headers: { 'content-type': 'multipart/form-data; boundary=x' } })

  test('refuses a form with no file, two files, an empty file or a large file', async () => {
    await refusal(classify(server.url, form()), 400, 'no_file')
    await refusal(classify(server.url, form(espresso, espresso)), 413, 'too_many_files')
    await refusal(classify(server.url, form(Buffer.alloc(0))), 400, 'empty_body')
    await refusal(classify(server.url, form(big)), 413, 'too_large')
  })

  test('refuses a malformed form', async () => {
    await refusal(multipart('nonsense'), 400, 'no_file')
    await refusal(multipart('--x\r\nContent-Disposition: form-data; name="file"; file'), 400, 'no_file')
    await refusal(classify(server.url, 'abc', { headers: { 'content-type': 'multipart/form-data' } }), 400, 'no_file')
    await refusal(
      multipart(`${'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'.repeat(500)}--x--`),
      413,
      'too_many_files',
    )
  })

  test.each([
    ['{"image":', 'invalid_json'],
    ['[1]', 'invalid_json'],
    ['"text"', 'invalid_json'],
    ['{}', 'no_file'],
    ['{"image":""}', 'no_file'],
    ['{"image":7}', 'invalid_parameter'],
    ['{"image":"***"}', 'invalid_parameter'],
    ['{"image":"data:image/png,abc"}', 'invalid_parameter'],
  ] as const)('JSON %s: 400 %s', async (body, code) => {
    await refusal(classify(server.url, body, { headers: asJson }), 400, code)
  })

  test('detects base64 whose plus signs became spaces; accepts line breaks and surrounding spaces', async () => {
    const base64 = espresso.toString('base64')
    const send = (image: string) => classify(server.url, JSON.stringify({ image }), { headers: asJson })
    const lost = await send(base64.replaceAll('+', ' '))
    expect([lost.status, ((await lost.json()) as { detail: string }).detail]).toEqual([
      400,
      expect.stringContaining('spaces where base64 has "+"'),
    ])
    const lines = base64.replace(/.{76}/g, '$&\r\n')
    for (const image of [lines, lines.replaceAll('\r\n', ' '), ` ${base64} `]) {
      expect((await answer(send(image))).image.bytes).toBe(espresso.length)
    }
    const urlSafe = espresso.toString('base64url').replace(/.{76}/g, '$& ')
    expect((await answer(send(urlSafe))).image.bytes).toBe(espresso.length)
  })

  test('refuses JSON with a non-image or a photo that is too large', async () => {
    const image = (bytes: Buffer) => JSON.stringify({ image: bytes.toString('base64') })
    await refusal(classify(server.url, image(Buffer.from('hello hello')), { headers: asJson }), 415, 'not_an_image')
    await refusal(classify(server.url, image(Buffer.alloc(20 * MB + 1)), { headers: asJson }), 413, 'too_large')
  })
})

test.each([
  '?top_k=0',
  '?top_k=-1',
  '?top_k=100001',
  '?topk=3',
  '?stream=yes',
  '?top_k=1e9',
  '?top_k=2.5',
  '?top_k=abc',
  '?top_k=',
  '?top_k=1&top_k=2',
  '?threshold=2',
  '?threshold=-0.1',
  '?threshold=NaN',
  '?threshold=Infinity',
  '?model=',
])('%s: 400 invalid_parameter', async (query) => {
  await refusal(classify(server.url, espresso, { query }), 400, 'invalid_parameter')
})

test.each(['?model=nothing', '?model=../../etc/passwd', '?model=__proto__', `?model=${'x'.repeat(200)}`])(
  'unknown model (%s): 404',
  async (query) => {
    await refusal(classify(server.url, espresso, { query }), 404, 'unknown_model')
  },
)

test('refuses a model name that is too long', async () => {
  await refusal(classify(server.url, espresso, { query: `?model=${'x'.repeat(201)}` }), 400, 'invalid_parameter')
})

describe('too large', () => {
  test('the client always gets the refusal, with and without Content-Length', async () => {
    for (let i = 0; i < 10; i++) {
      await refusal(classify(server.url, big), 413, 'too_large')
      await refusal(classify(server.url, new Blob([big]).stream()), 413, 'too_large')
    }
  })

  test('accepts exactly the limit', async () => {
    await refusal(classify(server.url, Buffer.alloc(20 * MB)), 415, 'not_an_image')
    await refusal(classify(server.url, Buffer.alloc(20 * MB + 1)), 413, 'too_large')
  })

  test('survives a Content-Length that is too large or too small', async () => {
    const head = (length: number) => `POST /api/classify HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\n\r\n`
    // Too large: there is no response before the rest arrives. The client disconnects, and the server must not mind.
    await wire(server.url, Buffer.concat([Buffer.from(head(espresso.length + 1000)), espresso]), { halfClose: true })
    // Too small: the bytes after the declared length aren't a request, and the connection ends with a 4xx.
    const reply = await wire(server.url, Buffer.concat([Buffer.from(head(1000)), espresso]))
    expect(reply).toMatch(/^HTTP\/1\.1 4\d\d /)
    await answer(classify(server.url, espresso))
  })

  test('answers Expect: 100-continue before the upload', async () => {
    const headers = { expect: '100-continue', 'content-length': String(40 * MB) }
    const refused = await raw(server.url, '/api/classify', { method: 'POST', headers })
    expect([refused.status, refused.continued]).toEqual([413, false])
    const small = { expect: '100-continue', 'content-length': String(espresso.length) }
    const accepted = await raw(server.url, '/api/classify', { method: 'POST', headers: small, body: espresso })
    expect([accepted.status, accepted.continued]).toEqual([200, true])
  })
})

describe('paths and methods', () => {
  test.each(['/api', '/api/', '/api/nothing', '/api/classify/x', '/health', '/health/x'])('%s: 404', async (path) => {
    await refusal(fetch(server.url + path), 404, 'not_found')
  })

  test.each([
    ['GET', '/api/classify', 'POST, OPTIONS'],
    ['PUT', '/api/classify', 'POST, OPTIONS'],
    ['PUT', '/api/models', 'GET, HEAD, POST, OPTIONS'],
    ['DELETE', '/health/live', 'GET, HEAD, OPTIONS'],
  ])('%s %s: 405 with Allow', async (method, path, allow) => {
    const headers = await refusal(fetch(server.url + path, { method }), 405, 'method_not_allowed')
    expect(headers.get('allow')).toBe(allow)
  })

  test('refuses HEAD on a POST endpoint', async () => {
    const reply = await raw(server.url, '/api/classify', { method: 'HEAD' })
    expect([reply.status, reply.body, reply.headers.allow]).toEqual([405, '', 'POST, OPTIONS'])
  })
})

test('classifies photos with a side of one pixel', async () => {
  for (const [width, height] of [
    [1, 1],
    [3000, 1],
  ] as const) {
    const image = await sharp({ create: { width, height, channels: 3, background: '#a33' } })
      .png()
      .toBuffer()
    expect((await answer(classify(server.url, image))).image).toMatchObject({ width, height })
  }
})

/** Sends a whole upload before it reads, and asks for the end of the connection, as Python's urllib does. */
async function sendThenRead(path: string, body: Buffer): Promise<string> {
  const { hostname, port } = new URL(server.url)
  const socket = connect(Number(port), hostname)
  await once(socket, 'connect')
  socket.pause()
  const head = `POST ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${body.byteLength}\r\n\r\n`
  socket.write(head)
  await new Promise<void>((sent, failed) => socket.write(body, (error) => (error ? failed(error) : sent())))
  let reply = ''
  for await (const chunk of socket) reply += chunk
  return reply
}

test.each([
  [404, '/api/none', 5 * MB],
  [405, '/api/models/none/labels', 5 * MB],
  [413, '/api/classify', 25 * MB],
])('a client that wants the connection closed reads the %s, too, after its upload', async (status, path, bytes) => {
  for (let i = 0; i < 3; i++)
    expect(await sendThenRead(path, Buffer.alloc(bytes))).toMatch(
      new RegExp(`^HTTP/1.1 ${status} .*connection: close`, 'is'),
    )
})
