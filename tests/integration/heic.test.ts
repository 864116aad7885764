import { once } from 'node:events'
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { PutObjectCommand } from '@aws-sdk/client-s3'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { HeicDecoder, threadScript } from '@/lib/server/image/heic/heic-decoder'
import { s3Client } from '@/lib/server/storage/s3'
import type { Classification } from '@/lib/shared/contract/contract'
import type { Explanation } from '@/lib/shared/contract/explain'
import type { Problem, ProblemDetails } from '@/lib/shared/problems/problem'
import type { ResultRow } from '@/lib/shared/results/columns'
import { FULL } from '../support/full'
import { box, gridOf, heif, resized } from '../support/heif'
import { answer, classify, refusal } from '../support/http'
import { createJob, jobDone, resultsOf } from '../support/jobs'
import { formOf, zipOf } from '../support/many-photos'
import { REAL_MODEL } from '../support/models'
import { espresso } from '../support/photos'
import { type S3Server, startS3 } from '../support/s3'
import { startServer, type TestServer } from '../support/server'
import { visionHere } from '../support/vision-here'

const KOALA = 'tests/e2e/photos/koala.heic'
const koala = readFileSync(KOALA)
const golden = (name: string) => readFileSync(`tests/parity/golden/heic/${name}.heic`)
const asJson = { 'content-type': 'application/json' }

/** Places where a file is truncated, and damaged files. */
const [CUTS, DAMAGES] = FULL ? [20, 60] : [8, 24]

let s3: S3Server
let server: TestServer
let folder: string
let web: { url: string; close(): void }
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'heic-'))
  s3 = await startS3()
  await s3Client({ endpoint: s3.url }).send(
    new PutObjectCommand({ Bucket: s3.bucket, Key: 'phone/IMG_1.HEIC', Body: koala }),
  )
  const pages = createServer((_request, response) => response.end(koala)).listen(0, '127.0.0.1')
  await once(pages, 'listening')
  const host = `127.0.0.1:${(pages.address() as AddressInfo).port}`
  web = { url: `http://${host}/IMG_1.HEIC`, close: () => pages.close() }
  server = await startServer({
    env: {
      ...REAL_MODEL,
      LOG_LEVEL: 'warn',
      ENGINE_WORKERS: '2',
      URL_INPUT_ALLOW: host,
      FEEDBACK: 'photos',
      DATA_DIR: join(folder, 'data'),
      AWS_ENDPOINT_URL: s3.url,
      JOBS_S3_PREFIXES: `s3://${s3.bucket}/phone`,
    },
  })
})
afterAll(async () => {
  // After all of this, it still responds and stops cleanly.
  expect((await answer(classify(server.url, koala))).predictions[0]?.label).toBe('koala')
  expect(server.output()).not.toContain('"code":"internal"')
  expect(await server.stop()).toBe(0)
  web.close()
  rmSync(folder, { recursive: true })
})

describe('every entry point decodes HEIC and returns the same result', () => {
  let expected: Classification
  beforeAll(async () => {
    expected = await answer(classify(server.url, koala))
    expect(expected.predictions[0]?.label).toBe('koala')
    expect(expected.image).toEqual({ width: 384, height: 512, format: 'heic', bytes: koala.length })
  })
  const same = ({ predictions, image }: Classification) =>
    expect([predictions, image]).toEqual([expected.predictions, expected.image])
  const sameRow = (row: ResultRow | undefined, file: string) =>
    expect(row).toMatchObject({ file, status: 'ok', label: 'koala', score: expected.predictions[0]?.score })

  test('a form, base64, a URL', async () => {
    const form = new FormData()
    form.append('file', new Blob([koala], { type: 'image/heic' }), 'IMG_1.HEIC')
    same(await answer(classify(server.url, form)))
    const base64 = koala.toString('base64')
    for (const image of [base64, `data:image/heic;base64,${base64}`]) {
      same(await answer(classify(server.url, JSON.stringify({ image }), { headers: asJson })))
    }
    same(await answer(classify(server.url, JSON.stringify({ url: web.url }), { headers: asJson })))
  })

  test('the model input is upright and not rotated twice', async () => {
    const { preview } = await answer(classify(server.url, golden('turned-6'), { query: '?preview=1' }))
    expect(preview?.orientation).toBe(1)
    const plain = await answer(
      classify(server.url, await sharp('tests/parity/golden/heic/turned-6-expected.png').toBuffer()),
    )
    const turned = await answer(classify(server.url, golden('turned-6')))
    expect(turned.predictions).toEqual(plain.predictions)
  })

  test('a stream, an explanation', async () => {
    const photos = [{ file: 'IMG_1.HEIC', bytes: koala }]
    const stream = await fetch(`${server.url}/api/classify?stream=1`, { method: 'POST', body: formOf(photos) })
    sameRow(JSON.parse((await stream.text()).trim()), 'IMG_1.HEIC')
    const explained = await fetch(`${server.url}/api/explain?method=occlusion&model=fast`, {
      method: 'POST',
      body: koala,
    })
    expect([explained.status, ((await explained.json()) as Explanation).label.label]).toEqual([200, 'koala'])
  })

  test('a job: of files, of a ZIP, of a bucket', async () => {
    const photos = [{ file: 'phone/IMG_1.HEIC', bytes: koala }]
    const zip = new FormData()
    zip.append('files', new Blob([new Uint8Array(await zipOf(photos))]), 'phone.zip')
    for (const [body, query, file] of [
      [formOf(photos), '', 'phone/IMG_1.HEIC'],
      [zip, '', 'phone/IMG_1.HEIC'],
      [null, `?source=s3://${s3.bucket}/phone`, `s3://${s3.bucket}/phone/IMG_1.HEIC`],
    ] as const) {
      const { id } = await createJob(server.url, body, query)
      expect((await jobDone(server.url, id)).counts).toMatchObject({ total: 1, ok: 1 })
      const [row] = await resultsOf(server.url, id)
      sameRow(row, file)
    }
  })

  test('the command: a folder, a ZIP, a bucket', async () => {
    const photos = join(folder, 'photos')
    mkdirSync(photos)
    for (const name of ['a.heic', 'b.HEIF', 'c.hif', 'd.heics']) copyFileSync(KOALA, join(photos, name))
    writeFileSync(join(folder, 'phone.zip'), await zipOf([{ file: 'IMG_1.HEIC', bytes: koala }]))
    const out = join(folder, 'out.ndjson')
    const from = [photos, join(folder, 'phone.zip'), `s3://${s3.bucket}/phone/`]
    const { code, err } = await visionHere(['classify', ...from, '--model', 'fast', '--out', out], {
      AWS_ENDPOINT_URL: s3.url,
    })
    expect([code, err]).toEqual([0, expect.any(String)])
    const rows = readFileSync(out, 'utf8').trim().split('\n')
    expect(rows).toHaveLength(6)
    for (const line of rows) {
      const row = JSON.parse(line) as ResultRow
      sameRow(row, row.file)
    }
  })

  test('the page shows a photo by URL; feedback stores it as WebP', async () => {
    const photo = await fetch(`${server.url}/api/photo`, {
      method: 'POST',
      headers: asJson,
      body: JSON.stringify({ url: web.url }),
    })
    expect([photo.status, photo.headers.get('content-type')]).toEqual([200, 'image/heic'])
    const vote = {
      id: 'vote-of-the-heic-test',
      model: expected.model.id,
      revision: expected.model.revision,
      index: expected.predictions[0]?.index,
      score: 0.9,
      verdict: 'right',
      photo: koala.toString('base64'),
    }
    const kept = await fetch(`${server.url}/api/feedback`, {
      method: 'POST',
      headers: asJson,
      body: JSON.stringify(vote),
    })
    expect(kept.status, await kept.text()).toBe(201)
    const data = join(folder, 'data', 'feedback')
    const name = (readdirSync(data, { recursive: true }) as string[]).find((path) => path.endsWith('.webp'))
    expect(await sharp(join(data, name ?? '')).metadata()).toMatchObject({ format: 'webp', width: 384, height: 512 })
  })
})

describe('rejects unsupported files quickly', () => {
  const refused = async (photo: Buffer, status: number, code: ProblemDetails['code'], words: RegExp) => {
    const start = performance.now()
    const reply = await classify(server.url, photo)
    const { detail } = (await reply.clone().json()) as ProblemDetails
    await refusal(reply, status, code)
    expect(detail).toMatch(words)
    expect(performance.now() - start).toBeLessThan(3000)
  }

  test.each([
    ['an image that claims to be huge', resized(koala, 60_000, 60_000), 413, 'too_many_pixels', /3600\.0 mega/],
    [
      'a small grid of many large tiles',
      heif([
        { id: 1, type: 'grid', size: [100, 100], parts: Array(1000).fill(2) },
        { id: 2, type: 'hvc1', size: [4000, 3000] },
      ]),
      413,
      'too_many_pixels',
      /megapixels/,
    ],
    [
      'more items than any photo',
      heif(Array.from({ length: 5000 }, (_, i) => ({ id: i + 1, type: 'hvc1', size: [64, 64] as const }))),
      415,
      'unsupported_format',
      /more than 1000 items/,
    ],
    [
      'nested images',
      heif(
        Array.from({ length: 60 }, (_, i) => ({
          id: i + 1,
          type: 'iovl',
          size: [64, 64] as const,
          parts: Array(50).fill(i + 2),
        })),
      ),
      415,
      'unsupported_format',
      /too deep/,
    ],
    [
      'an image derived from itself',
      heif([{ id: 1, type: 'grid', size: [64, 64], parts: [1, 1] }]),
      415,
      'unsupported_format',
      /too deep/,
    ],
    ['H.264', heif([{ id: 1, type: 'avc1', size: [64, 64] }], 'avci'), 415, 'unsupported_format', /H\.264/],
    ['VVC', heif([{ id: 1, type: 'vvc1', size: [64, 64] }], 'vvic'), 415, 'unsupported_format', /VVC/],
    ['JPEG 2000', heif([{ id: 1, type: 'j2k1', size: [64, 64] }], 'j2ki'), 415, 'unsupported_format', /JPEG 2000/],
    [
      'a grid of JPEGs',
      heif([
        { id: 1, type: 'grid', size: [64, 64], parts: [2] },
        { id: 2, type: 'jpeg', size: [64, 64] },
      ]),
      415,
      'unsupported_format',
      /encoded as JPEG\./,
    ],
    [
      'a video',
      Buffer.concat([heif([]).subarray(0, 24), box('moov', Buffer.alloc(40))]),
      415,
      'unsupported_format',
      /video/,
    ],
    ['a HEIC without its image', heif([{ id: 1, type: 'hvc1', size: [64, 64] }]), 422, 'truncated_image', /HEIC/],
    [
      'its beginning followed by zeros',
      Buffer.concat([koala.subarray(0, 24), Buffer.alloc(9000)]),
      422,
      'truncated_image',
      /HEIC/,
    ],
  ] as const)('%s', async (_name, photo, status, code, words) => {
    await refused(photo, status, code, words)
  })

  test('an image that claims to be small', async () => {
    const reply = await classify(server.url, resized(koala, 16, 16))
    expect([413, 422]).toContain(reply.status)
  })

  test('truncated anywhere', async () => {
    for (const file of [koala, golden('grid')]) {
      for (let i = 0; i < CUTS; i++) {
        const reply = await classify(server.url, file.subarray(0, 24 + Math.floor(((file.length - 25) * i) / CUTS)))
        expect([i, reply.status, ((await reply.json()) as ProblemDetails).code]).toEqual([i, 422, 'truncated_image'])
      }
    }
  })

  test('damaged anywhere: a result or a rejection, never an internal error', async () => {
    for (let i = 0; i < DAMAGES; i++) {
      const photo = Buffer.from(golden(i % 2 === 0 ? 'grid' : 'plain'))
      for (let n = 0; n < 8; n++) photo[(i * 7919 + n * 104_729) % photo.length] = (i * 31 + n) % 256
      const reply = await classify(server.url, photo)
      expect([i, [200, 413, 415, 422].includes(reply.status), await reply.text()]).toEqual([i, true, expect.anything()])
    }
  })

  test('over MAX_PIXELS according to its header', async () => {
    const small = await startServer({ env: { LOG_LEVEL: 'warn', MAX_PIXELS: '190000', ENGINE_WORKERS: '1' } })
    try {
      await refusal(classify(small.url, koala), 413, 'too_many_pixels')
      expect((await answer(classify(small.url, golden('grid')))).image.format).toBe('heic')
    } finally {
      await small.stop()
    }
  })
})

test('other photos do not wait for HEIC photos', async () => {
  const large = gridOf(koala, 3, 2)
  let going = true
  const seconds: number[] = []
  const phones = Array.from({ length: 8 }, async (_, i) => {
    while (going) {
      const { timings } = await answer(
        classify(server.url, Buffer.concat([large, Buffer.from(`${i} ${seconds.length}`)])),
      )
      seconds.push(timings.decode_ms / 1000)
    }
  })
  while (seconds.length < 2) await sleep(10)
  const waits: number[] = []
  for (let i = 0; i < 9; i++) {
    const { timings } = await answer(classify(server.url, Buffer.concat([espresso, Buffer.from(String(i))])))
    waits.push(timings.queue_ms / 1000)
  }
  going = false
  await Promise.all(phones)
  const median = (list: number[]) => list.sort((a, b) => a - b)[Math.floor(list.length / 2)] as number
  // Two workers have six slots. If HEIC photos took them all, every other photo would wait behind six of them.
  expect(median(waits)).toBeLessThan(median(seconds) / 4)
})

describe('the thread', () => {
  const photo = { image: koala, limits: { maxPixels: 1e6, maxBytes: 1e8 }, factor: 1 }
  const options = { script: threadScript(), idleMs: 200, timeoutMs: 15_000, maxWaiting: 2, maxHeldBytes: 1e9 }
  const codeOf = (decoding: Promise<unknown>) =>
    decoding.then(
      () => 'decoded',
      (error: Problem) => error.code ?? error.message,
    )

  test('ends when idle and is started again', async () => {
    const decoder = new HeicDecoder(options)
    expect(decoder.isRunning).toBe(false)
    for (let i = 0; i < 2; i++) {
      await decoder.decode(photo)
      expect(decoder.isRunning).toBe(true)
      await sleep(400)
      expect(decoder.isRunning).toBe(false)
    }
  })

  test('ends with a photo that times out, is aborted or leaves too much memory, and others continue', async () => {
    const slow = new HeicDecoder({ ...options, timeoutMs: 5 })
    expect(await codeOf(slow.decode(photo))).toBe('deadline_exceeded')
    expect(slow.isRunning).toBe(false)

    const decoder = new HeicDecoder(options)
    const caller = new AbortController()
    const gone = codeOf(decoder.decode(photo, caller.signal))
    const other = codeOf(decoder.decode(photo))
    const leaving = new AbortController()
    const waiting = codeOf(decoder.decode(photo, leaving.signal))
    leaving.abort(new Error('left'))
    caller.abort(new Error('went'))
    expect(await Promise.all([gone, other, waiting])).toEqual(['went', 'decoded', 'left'])
    decoder.close()

    const small = new HeicDecoder({ ...options, maxHeldBytes: 1 })
    expect(await codeOf(small.decode(photo))).toBe('decoded')
    expect(small.isRunning).toBe(false)
  })

  test('limits waiting photos and memory per photo', async () => {
    const decoder = new HeicDecoder(options)
    const four = await Promise.all([1, 2, 3, 4].map(() => codeOf(decoder.decode(photo))))
    expect(four).toEqual(['decoded', 'decoded', 'decoded', 'queue_full'])
    const large = { image: gridOf(koala, 6, 4), limits: { maxPixels: 5e6, maxBytes: 1e8 }, factor: 1 }
    expect(await codeOf(decoder.decode(large))).toBe('decoded')
    // The decoder starts with 17 MB.
    expect(await codeOf(decoder.decode({ ...large, limits: { ...large.limits, maxBytes: 18e6 } }))).toBe(
      'too_many_pixels',
    )
    expect(await codeOf(decoder.decode({ ...large, limits: { ...large.limits, maxPixels: 4e6 } }))).toBe(
      'too_many_pixels',
    )
    expect(await codeOf(decoder.decode(photo))).toBe('decoded')
    decoder.close()
  })
})
