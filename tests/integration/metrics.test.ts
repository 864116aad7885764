import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { afterEach, expect, test, vi } from 'vitest'
import { answer, classify, refusal, wire } from '../support/http'
import { ALL_MODELS } from '../support/models'
import { espresso } from '../support/photos'
import { startServer, type TestServer } from '../support/server'

let server: TestServer
afterEach(() => server.stop())

/** The value of one line in the Prometheus text. */
function value(text: string, line: string): number {
  const found = text.split('\n').find((one) => one.startsWith(`${line} `))
  return Number(found?.slice(line.length + 1))
}

test('counts requests, errors and stages over all workers', async () => {
  server = await startServer({ env: { ...ALL_MODELS, METRICS: 'on', ENGINE_WORKERS: '2' } })
  await Promise.all(Array.from({ length: 20 }, async () => answer(classify(server.url, espresso))))
  await answer(classify(server.url, espresso, { query: '?model=fast' }))
  await refusal(classify(server.url, 'text'), 415, 'not_an_image')
  await refusal(fetch(`${server.url}/api/classify`), 405, 'method_not_allowed')
  for (let i = 0; i < 3; i++) await refusal(fetch(`${server.url}/api/${i}`), 404, 'not_found')
  await wire(server.url, 'not a request\r\n\r\n')
  const metrics = () => fetch(`${server.url}/metrics`)
  // The second worker starts when the first one has loaded the models.
  await vi.waitUntil(async () => value(await (await metrics()).text(), 'vision_workers_ready') === 2, 10_000)
  const reply = await metrics()
  expect(reply.headers.get('content-type')).toMatch(/^text\/plain; version=/)
  const text = await reply.text()
  const requests = (labels: string) => value(text, `vision_http_requests_total{${labels}}`)
  expect(requests('route="/api/classify",method="POST",status="200",code=""')).toBe(21)
  expect(requests('route="/api/classify",method="POST",status="415",code="not_an_image"')).toBe(1)
  expect(requests('route="/api/classify",method="GET",status="405",code="method_not_allowed"')).toBe(1)
  expect(requests('route="other",method="GET",status="404",code="not_found"')).toBe(3)
  expect(value(text, 'vision_http_malformed_total')).toBe(1)
  for (const stage of ['queue', 'decode', 'run']) {
    expect(value(text, `vision_photo_${stage}_seconds_count{model="efficientnet-lite1-int8"}`)).toBe(20)
    expect(value(text, `vision_photo_${stage}_seconds_count{model="efficientnet-lite0-int8"}`)).toBe(1)
  }
  // In seconds, not milliseconds: a run takes less than a second, also on a slow machine, and more than one millisecond.
  expect(value(text, 'vision_photo_run_seconds_sum{model="efficientnet-lite1-int8"}')).toBeLessThan(20)
  expect(value(text, 'vision_http_request_duration_seconds_count{route="/api/classify"}')).toBe(23)
  expect(value(text, 'vision_worker_restarts_total')).toBe(0)
  expect(value(text, 'vision_queue_photos')).toBe(0)
  expect(value(text, 'vision_workers_memory_bytes')).toBeGreaterThan(100e6)
})

test('are off by default and can have a separate port', async () => {
  const free = createServer().listen(0, '127.0.0.1')
  await once(free, 'listening')
  const { port } = free.address() as AddressInfo
  free.close()
  server = await startServer({ env: { METRICS_PORT: String(port) } })
  await refusal(fetch(`${server.url}/metrics`), 404, 'not_found')
  expect(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()).toContain('vision_workers_wanted')
  await refusal(fetch(`http://127.0.0.1:${port}/`), 404, 'not_found')
  expect(await wire(`http://127.0.0.1:${port}`, 'GET //metrics HTTP/1.0\r\n\r\n')).toContain('vision_workers_wanted')
  expect(await wire(`http://127.0.0.1:${port}`, 'nonsense\r\n\r\n')).toContain('"code":"malformed_request"')
})

test("logs the client's trace id", async () => {
  server = await startServer()
  const trace = '4bf92f3577b34da6a3ce929d0e0e4736'
  await answer(classify(server.url, espresso, { headers: { traceparent: `00-${trace}-00f067aa0ba902b7-01` } }))
  await server.printed(new RegExp(`"trace_id":"${trace}"`))
  await answer(classify(server.url, espresso, { headers: { traceparent: 'nonsense', 'x-request-id': 'without' } }))
  await server.printed(/"without"(?!.*trace_id).*\n/)
})

test('METRICS=emf writes log lines for CloudWatch, the last one before exit', async () => {
  server = await startServer({ env: { METRICS: 'emf', ENVIRONMENT: 'dev', ENGINE_WORKERS: '1', LOG_LEVEL: 'info' } })
  await answer(classify(server.url, espresso))
  await refusal(classify(server.url, 'text'), 415, 'not_an_image')
  await refusal(fetch(`${server.url}/metrics`), 404, 'not_found')
  expect(await server.stop()).toBe(0)
  const text = server
    .output()
    .split('\n')
    .filter((line) => line !== '')
  // Every line, whatever printed it.
  const lines = text.map((line) => JSON.parse(line))
  const [figures, ...more] = lines.filter(({ _aws }) => _aws)
  expect(more).toEqual([])
  const [{ Namespace, Dimensions }] = figures._aws.CloudWatchMetrics
  expect([Namespace, Dimensions]).toEqual(['vision-classifier', [['Environment', 'Service']]])
  expect(figures).toMatchObject({ Environment: 'dev', Service: 'web', Photos: 1, ServerErrors: 0, QueuePhotos: 0 })
  expect(figures.RunTime).toEqual([expect.any(Number)])
  for (const line of lines.filter(({ _aws }) => !_aws)) expect(line.environment).toBe('dev')
})
