import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BACKENDS, type Backend } from '../support/backends'
import { refusal } from '../support/http'
import { createJob, jobWhen } from '../support/jobs'
import { distinctPhotos, formOf } from '../support/many-photos'
import type { TestServer } from '../support/server'

/** Chosen before the servers start, because they must be allowed to call it. */
const CALLBACK_PORT = 20_000 + (process.pid % 10_000)
const CALLBACK_HOST = `127.0.0.1:${CALLBACK_PORT}`
const post = (url: string, body: BodyInit | null = null, headers: HeadersInit = {}) =>
  fetch(url, { method: 'POST', body, headers })

describe.each(BACKENDS)('events and callbacks of jobs in %s', (_name, open) => {
  let backend: Backend
  let server: TestServer
  beforeAll(async () => {
    backend = await open({ LOG_LEVEL: 'warn', MAX_FILES: '40', URL_INPUT_ALLOW: CALLBACK_HOST })
    server = backend.server
  })
  afterAll(() => backend?.stop())

  test('events send each result once, including to a listener that reconnects', async () => {
    const { id } = await createJob(server.url, formOf(distinctPhotos(20)))
    const events = async (after?: string) => {
      const headers: HeadersInit = after === undefined ? {} : { 'last-event-id': after }
      const text = await (await fetch(`${server.url}/api/jobs/${id}/events`, { headers })).text()
      return text
        .split('\n\n')
        .filter((block) => block.includes('event: '))
        .map((block) => Object.fromEntries(block.split('\n').map((line) => line.split(/: (.*)/s).slice(0, 2))))
    }
    const all = await events()
    const results = all.filter(({ event }) => event === 'result')
    expect(new Set(results.map(({ data }) => JSON.parse(data).index)).size).toBe(20)
    expect(results).toHaveLength(20)
    expect(JSON.parse(all.at(-1)!.data)).toMatchObject({ state: 'done', counts: { ok: 20 } })
    const rest = await events(results[14]!.id)
    expect(rest.filter(({ event }) => event === 'result')).toEqual(results.slice(15))
  })

  test('sends a signed callback when a job ends and retries until it is delivered, but not into the internal network', async () => {
    const heard: { body: string; signature: unknown }[] = []
    let refusals = 1
    const listener = createServer((request, response) => {
      let body = ''
      request.on('data', (data) => (body += data))
      request.on('end', () => {
        response.statusCode = refusals-- > 0 ? 503 : 204
        heard.push({ body, signature: request.headers['x-vision-signature'] })
        response.end()
      })
    }).listen(CALLBACK_PORT, '127.0.0.1')
    await once(listener, 'listening')
    try {
      const inside = encodeURIComponent('http://169.254.169.254/latest')
      await refusal(
        post(`${server.url}/api/jobs?callback_url=${inside}`, formOf(distinctPhotos(1))),
        422,
        'url_refused',
      )
      const query = `?callback_url=${encodeURIComponent(`http://${CALLBACK_HOST}/done`)}`
      const { id, callback_secret = '' } = await createJob(server.url, formOf(distinctPhotos(3)), query)
      const job = await jobWhen(server.url, id, ({ callback }) => callback?.state === 'delivered')
      expect([job.callback?.attempts, job.callback_secret]).toEqual([2, undefined])
      expect(heard).toHaveLength(2)
      for (const { body, signature } of heard) {
        expect(JSON.parse(body)).toMatchObject({ id, state: 'done', counts: { ok: 3 } })
        expect(signature).toBe(`sha256=${createHmac('sha256', callback_secret).update(body).digest('hex')}`)
      }
    } finally {
      listener.close()
    }
  })
})
