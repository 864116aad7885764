import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { EXPLAIN_METHODS, type Explanation, explanationSchema } from '@/lib/shared/contract/explain'
import { FULL } from '../support/full'
import { answer, classify, refusal } from '../support/http'
import { REAL_MODEL } from '../support/models'
import { espresso } from '../support/photos'
import { startServer, type TestServer } from '../support/server'

let server: TestServer
beforeAll(async () => {
  // With one worker, the order of the results shows the priorities.
  server = await startServer({ env: { ...REAL_MODEL, MAX_EXPLANATIONS: '2', REQUEST_TIMEOUT_MS: '120000' } })
})
afterAll(() => server.stop())

const explain = (photo: Uint8Array, query = '', init: RequestInit = {}) =>
  fetch(`${server.url}/api/explain${query}`, { method: 'POST', body: photo as BodyInit, ...init })

async function explained(photo: Uint8Array, query = ''): Promise<Explanation> {
  const reply = await explain(photo, query)
  const json = await reply.json()
  expect(reply.status, JSON.stringify(json)).toBe(200)
  return explanationSchema.strict().parse(json)
}

/** Two gallery photos side by side on grey, each complete, in one square. */
async function sideBySide(left: string, right: string): Promise<Buffer> {
  const half = (file: string) => sharp(`public/gallery/${file}`).resize(200, 200, { fit: 'cover' }).toBuffer()
  return sharp({ create: { width: 400, height: 400, channels: 3, background: '#808080' } })
    .composite([
      { input: await half(left), left: 0, top: 100 },
      { input: await half(right), left: 200, top: 100 },
    ])
    .png()
    .toBuffer()
}

/** The share of positive importance in the left half. */
function leftShare({ grid: { width, values } }: Explanation): number {
  const sum = (side: (x: number) => boolean) =>
    values.reduce((total, value, i) => total + (side(i % width) ? Math.max(value, 0) : 0), 0)
  const left = sum((x) => x < width / 2)
  return left / (left + sum((x) => x >= width / 2))
}

describe('the heatmap points at the object', () => {
  test.each(EXPLAIN_METHODS)(
    '%s',
    async (method) => {
      for (const [left, right] of [['koala.webp', 'espresso.png']] as const) {
        const label = (file: string) =>
          ({ 'scarlet-macaw.webp': 'macaw' })[file] ?? file.replace(/\..*/, '').replace('-', ' ')
        const photo = await sideBySide(left, right)
        const share = async (file: string) =>
          leftShare(await explained(photo, `?model=fast&method=${method}&label=${label(file)}`))
        // One side each is enough to find a mirrored or an empty heatmap.
        if (FULL || method === 'rise') expect(await share(left), `${left} beside ${right}`).toBeGreaterThan(0.65)
        if (FULL || method !== 'rise') expect(await share(right), `${right} beside ${left}`).toBeLessThan(0.35)
      }
    },
    60_000,
  )
})

test('explains the best label by default, with its area on the photo; several workers produce the same heatmap', async () => {
  const first = await explained(espresso, '?model=tiny')
  const { predictions, model } = await answer(classify(server.url, espresso, { query: '?model=tiny' }))
  expect(first).toMatchObject({ model, method: 'rise', label: predictions[0], image: { width: 600, height: 400 } })
  expect(first.grid.values).toHaveLength(first.grid.width * first.grid.height)
  // The centre of the longer side, and most of the shorter one.
  const { left, top, width, height } = first.area
  expect(left + width / 2).toBeCloseTo(300, -1)
  expect(top + height / 2).toBeCloseTo(200, -1)
  expect(height).toBeGreaterThan(340)
  expect(height).toBeLessThanOrEqual(400)
  const two = await startServer({ env: { ...REAL_MODEL, ENGINE_WORKERS: '2' } })
  const reply = await fetch(`${two.url}/api/explain?model=tiny&label=${first.label.index}`, {
    method: 'POST',
    body: espresso as BodyInit,
  })
  expect(explanationSchema.parse(await reply.json()).grid).toEqual(first.grid)
  await two.stop()
})

test('accepts every way to send a photo, and returns an overlay PNG', async () => {
  const form = new FormData()
  form.set('file', new Blob([espresso]))
  form.set('png', '1')
  form.set('model', 'tiny')
  const json = JSON.stringify({ image: espresso.toString('base64'), model: 'tiny', png: true })
  const replies = [
    await fetch(`${server.url}/api/explain`, { method: 'POST', body: form }),
    await fetch(`${server.url}/api/explain`, {
      method: 'POST',
      body: json,
      headers: { 'content-type': 'application/json' },
    }),
  ]
  const [a, b] = await Promise.all(replies.map(async (reply) => explanationSchema.parse(await reply.json())))
  expect(a?.model.id).toBe('tiny')
  expect(a?.grid).toEqual(b?.grid)
  const png = Buffer.from(a?.png?.replace('data:image/png;base64,', '') ?? '', 'base64')
  expect(await sharp(png).metadata()).toMatchObject({ format: 'png', width: 224, height: 224, hasAlpha: true })
})

test('streams progress, then the result', async () => {
  const lines = (await (await explain(espresso, '?stream=1&model=tiny')).text())
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  const { explanation } = lines.pop() as { explanation: Explanation }
  expect(explanation.label.score).toBeGreaterThan(0)
  expect(lines.length).toBeGreaterThan(5)
  expect(lines.at(-1)).toEqual({ done: explanation.runs - 1, of: explanation.runs - 1 })
  const [broken] = (await (await explain(readFileSync('package.json'), '?stream=1')).text()).split('\n')
  expect(JSON.parse(broken ?? '')).toMatchObject({ problem: { code: 'not_an_image', status: 415 } })
})

/** Resolves once the model is running for it. */
async function begun(signal?: AbortSignal) {
  const reply = await explain(espresso, '?stream=1', signal ? { signal } : {})
  const reader = reply.body?.getReader() as ReadableStreamDefaultReader<Uint8Array>
  await reader.read()
  return { reader, reply }
}

test('does not delay interactive requests: twenty later photos finish first', async () => {
  const small = await sharp(espresso).resize(224).jpeg().toBuffer()
  const { reader } = await begun()
  let over = false
  const rest = (async () => {
    for (let { done } = await reader.read(); !done; { done } = await reader.read());
    over = true
  })()
  await Promise.all(Array.from({ length: 20 }, () => answer(classify(server.url, small))))
  expect(over).toBe(false)
  await rest
})

test('ends when the client disconnects, and refuses more than the limit at once', async () => {
  const [one, two] = [new AbortController(), new AbortController()]
  await begun(one.signal)
  await begun(two.signal)
  expect((await refusal(explain(espresso), 429, 'queue_full')).get('retry-after')).toBe('1')
  one.abort()
  two.abort()
  // There is room again at once, long before the two would have finished.
  const running = async () =>
    ((await (await fetch(`${server.url}/health/status`)).json()) as { running: number }).running
  while ((await running()) > 0) await sleep(5)
  expect((await explained(espresso, '?model=tiny')).image.width).toBe(600)
})

test('rejects invalid requests', async () => {
  await refusal(explain(espresso, '?label=expresso'), 400, 'invalid_parameter')
  await refusal(explain(espresso, '?label=1000'), 400, 'invalid_parameter')
  await refusal(explain(espresso, '?method=cam'), 400, 'invalid_parameter')
  await refusal(explain(espresso, '?model=none'), 404, 'unknown_model')
  await refusal(explain(new Uint8Array()), 400, 'empty_body')
  await refusal(explain(espresso.subarray(0, 5000)), 422, 'truncated_image')
  await refusal(fetch(`${server.url}/api/explain`), 405, 'method_not_allowed')
})

test('returns 404 if explanations are disabled, and reports a timeout', async () => {
  const off = await startServer({ env: { MAX_EXPLANATIONS: '0' } })
  await refusal(fetch(`${off.url}/api/explain`, { method: 'POST', body: espresso as BodyInit }), 404, 'not_found')
  await off.stop()
  // A machine that is slow or busy takes longer for everything.
  const { timings } = await explained(espresso)
  const timeout = String(Math.ceil(timings.total_ms / 2))
  const short = await startServer({ env: { ...REAL_MODEL, REQUEST_TIMEOUT_MS: timeout } })
  await refusal(
    fetch(`${short.url}/api/explain`, { method: 'POST', body: espresso as BodyInit }),
    503,
    'deadline_exceeded',
  )
  await answer(classify(short.url, espresso))
  await short.stop()
})
