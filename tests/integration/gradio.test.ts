import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { Client as GradioClient } from '@gradio/client'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Classification } from '@/lib/shared/contract/contract'
import { clientPython } from '@/scripts/tools/client-python.mjs'
import { REAL_MODEL } from '../support/models'
import { startServer, type TestServer } from '../support/server'
import { startRedis } from '../support/services'

const run = promisify(execFile)
const PHOTO = 'public/gallery/espresso.png'
const photo = new Uint8Array(readFileSync(PHOTO))

let server: TestServer
beforeAll(async () => {
  server = await startServer({ env: REAL_MODEL })
})
afterAll(() => server.stop())

const post = (path: string, body: BodyInit, headers: Record<string, string> = {}) =>
  fetch(server.url + path, { method: 'POST', body, headers })
const postJson = (path: string, body: unknown) =>
  post(path, JSON.stringify(body), { 'content-type': 'application/json' })
const json = async (response: Promise<Response>) => (await response).json()

const GRADIO = `
import json, sys
from gradio_client import Client, handle_file
client = Client(sys.argv[1], verbose=False, analytics_enabled=False)
file = handle_file(sys.argv[2])
out = {"api": list(client.view_api(return_format="dict")["named_endpoints"])}
out["label"] = client.predict(file, sys.argv[3], api_name="/predict")
jobs = [client.submit(file, api_name="/predict") for _ in range(4)]
out["labels"] = [job.result(timeout=30)["label"] for job in jobs]
try: client.predict(file, "none", api_name="/predict")
except Exception as error: out["error"] = str(error)
print(json.dumps(out))
`

function expectGradio(printed: string, { predictions }: Classification): void {
  expect(JSON.parse(printed.trim().split('\n').at(-1) ?? '')).toEqual({
    api: ['/predict'],
    label: {
      label: 'espresso',
      confidences: predictions.map(({ label, score }) => ({ label, confidence: score })),
    },
    labels: Array(4).fill('espresso'),
    error: expect.stringMatching(/no model with this name/),
  })
}

test('its clients, and plain calls with curl', async () => {
  const { stdout } = await run(clientPython(), ['-c', GRADIO, server.url, PHOTO, 'fast'])
  const own = (await json(post('/api/classify?model=fast', photo))) as Classification
  expectGradio(stdout, own)
  const client = await GradioClient.connect(server.url)
  const { data } = await client.predict('/predict', { image: new Blob([photo]), model: 'fast' })
  expect(data).toMatchObject([{ label: 'espresso' }])
  const path = `data:image/jpeg;base64,${Buffer.from(photo).toString('base64')}`
  const calls = { '': { path, meta: { _type: 'gradio.FileData' } }, broken: { path: 'data:;base64,AAAAAAAAAAAAAAAA' } }
  const bodies: [call: string, body: object][] = [
    ...Object.values(calls).map((argument): [string, object] => ['predict', { data: [argument] }]),
    ['v2/predict', { image: path, model: 'fast' }],
  ]
  const replies = bodies.map(async ([call, body]) => {
    const { event_id } = await json(postJson(`/gradio_api/call/${call}`, body))
    return (await fetch(`${server.url}/gradio_api/call/predict/${event_id}`)).text()
  })
  expect(await Promise.all(replies)).toEqual([
    expect.stringMatching(/^event: complete\ndata: \[{"label":"espresso",/),
    expect.stringMatching(/^event: error\ndata: {"error":"This file is not a supported image/),
    expect.stringMatching(/^event: complete\ndata: \[{"label":"espresso",/),
  ])
  expect((await json(postJson('/gradio_api/run/predict', { data: [path] }))).data[0].label).toBe('espresso')
  expect((await fetch(`${server.url}/gradio_api/call/predict/none`)).status).toBe(404)
})

/** Instances behind a balancer that sends each request to the other one. */
async function startTwoInstances(env: Record<string, string>) {
  const instances = await Promise.all([startServer({ env }), startServer({ env })])
  let next = 0
  const balancer = createServer((incoming, outgoing) => {
    const { port } = new URL(instances[next++ % 2]?.url ?? '')
    const { method, url: path, headers } = incoming
    const onward = request({ port, method, path, headers }, (reply) => {
      outgoing.writeHead(reply.statusCode ?? 502, reply.headers)
      reply.pipe(outgoing)
    })
    incoming.pipe(onward)
    outgoing.on('close', () => onward.destroy())
  }).listen(0, '127.0.0.1')
  await once(balancer, 'listening')
  return {
    url: `http://127.0.0.1:${(balancer.address() as AddressInfo).port}`,
    instances,
    async stop() {
      balancer.closeAllConnections()
      balancer.close()
      await Promise.all(instances.map((each) => each.stop()))
    },
  }
}

test('a session over two instances that share a Redis, which is lost and comes back', async () => {
  const redis = await startRedis()
  const env = { ...REAL_MODEL, REDIS_URL: redis.url, ENABLE_BATCH_PROCESSING: 'false' }
  const both = await startTwoInstances(env)
  const classified = (await json(fetch(`${both.url}/api/classify`, { method: 'POST', body: photo }))) as Classification
  const { stdout } = await run(clientPython(), ['-c', GRADIO, both.url, PHOTO, 'fast'])
  expectGradio(stdout, classified)
  const client = await GradioClient.connect(both.url)
  const predict = () => client.predict('/predict', { image: new Blob([photo]), model: 'fast' })
  await redis.kill()
  const stream = fetch(`${both.url}/gradio_api/queue/data?session_hash=lost`).then((reply) => reply.text())
  // Not a call that never ends, nor a result of an instance that the other one doesn't know.
  const [refused, events] = await Promise.allSettled([predict(), stream])
  expect(refused).toMatchObject({ status: 'rejected', reason: { message: expect.stringMatching(/busy|stopped/) } })
  expect(events).toMatchObject({ value: expect.stringMatching(/"unexpected_error".*Server stopped.*"close_stream"/s) })
  expect(await json(fetch(`${both.url}/api/classify`, { method: 'POST', body: photo }))).toMatchObject({
    predictions: classified.predictions,
  })
  await redis.start()
  for (const { url } of both.instances) {
    const redisState = async () => (await json(fetch(`${url}/health/status`))).redis
    await vi.waitFor(async () => expect(await redisState()).toBe('ok'), 10_000)
  }
  expect((await predict()).data).toMatchObject([{ label: 'espresso' }])
  client.close()
  for (const each of both.instances) expect(each.output()).not.toContain('"level":"error"')
  await both.stop()
  await redis.stop()
})
