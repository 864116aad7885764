import { execFile, execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Client as GradioClient } from '@gradio/client'
import { InferenceClient } from '@huggingface/inference'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Classification } from '@/lib/shared/contract/contract'
import { clientPython } from '@/scripts/tools/client-python.mjs'
import { ALL_MODELS, REAL_MODEL } from '../support/models'
import { as } from '../support/photos'
import { startServer, type TestServer } from '../support/server'
import { startRedis } from '../support/services'

const run = promisify(execFile)

let server: TestServer
/** In the project, so that examples find its packages. */
let folder: string
let photo: Uint8Array<ArrayBuffer>
let own: Classification

beforeAll(async () => {
  server = await startServer({ env: ALL_MODELS })
  folder = mkdtempSync('test-results/clients-')
  photo = new Uint8Array(await as('jpeg'))
  writeFileSync(join(folder, 'photo.jpg'), photo)
  own = (await (await post('/api/classify?top_k=5', photo)).json()) as Classification
})
afterAll(async () => {
  rmSync(folder, { recursive: true })
  await server.stop()
})

const post = (path: string, body: BodyInit, headers: Record<string, string> = {}) =>
  fetch(server.url + path, { method: 'POST', body, headers })
const postJson = (path: string, body: unknown) =>
  post(path, JSON.stringify(body), { 'content-type': 'application/json' })
const json = async (response: Promise<Response>) => (await response).json()

describe('docs/clients.md', () => {
  const page = readFileSync('docs/clients.md', 'utf8')
  const examples = [...page.matchAll(/^## (.*)\n|```(python|js|sh)\n([\s\S]*?)```/gm)]
    .reduce<{ title: string; found: [title: string, language: string, code: string][] }>(
      ({ title, found }, [, heading, language, code]) =>
        heading ? { title: heading, found } : { title, found: [...found, [title, language ?? '', code ?? '']] },
      { title: '', found: [] },
    )
    .found.map(([title, language, code]) => [title, language, code] as const)

  test('has an example per dialect, and of our own clients', () => {
    expect(new Set(examples.map(([title]) => title)).size).toBe(8)
  })

  test.each(examples)('%s: the %s example runs as it stands', async (title, language, text) => {
    const code = text.replaceAll(/(http:\/\/)?localhost:3000/g, (_, scheme) =>
      scheme ? server.url : new URL(server.url).host,
    )
    const [program, args] = {
      python: () => [join(process.cwd(), clientPython()), ['-c', code]] as const,
      js: () => {
        writeFileSync(join(folder, 'example.mjs'), code)
        return [process.execPath, ['example.mjs']] as const
      },
      sh: () => ['sh', ['-c', code]] as const,
    }[language as 'python' | 'js' | 'sh']()
    const env = { ...process.env, PYTHONPATH: join(process.cwd(), 'clients/python') }
    const { stdout } = await run(program, [...args], { cwd: folder, env })
    expect(stdout).toContain(title === 'OpenAI' ? '1280' : title.startsWith('Agents') ? 'classify_image' : 'espresso')
  })
})

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

test('Gradio: its clients, and plain calls with curl', async () => {
  const { stdout } = await run(clientPython(), ['-c', GRADIO, server.url, join(folder, 'photo.jpg'), 'balanced'])
  expectGradio(stdout, own)
  const client = await GradioClient.connect(server.url)
  const { data } = await client.predict('/predict', { image: new Blob([photo]), model: 'balanced' })
  expect(data).toMatchObject([{ label: 'espresso' }])
  const path = `data:image/jpeg;base64,${Buffer.from(photo).toString('base64')}`
  const calls = { '': { path, meta: { _type: 'gradio.FileData' } }, broken: { path: 'data:;base64,AAAAAAAAAAAAAAAA' } }
  const replies = Object.values(calls).map(async (argument) => {
    const { event_id } = await json(postJson('/gradio_api/call/predict', { data: [argument] }))
    return (await fetch(`${server.url}/gradio_api/call/predict/${event_id}`)).text()
  })
  expect(await Promise.all(replies)).toEqual([
    expect.stringMatching(/^event: complete\ndata: \[{"label":"espresso",/),
    expect.stringMatching(/^event: error\ndata: {"error":"This file is not a supported image/),
  ])
  expect((await json(postJson('/gradio_api/run/predict', { data: [path] }))).data[0].label).toBe('espresso')
  expect((await fetch(`${server.url}/gradio_api/call/predict/none`)).status).toBe(404)
})

test('Gradio: a session over two instances that share a Redis', async () => {
  const redis = await startRedis()
  const env = { ...REAL_MODEL, REDIS_URL: redis.url, ENABLE_BATCH_PROCESSING: 'false' }
  const instances = await Promise.all([startServer({ env }), startServer({ env })])
  let next = 0
  // Each request goes to the other instance.
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
  await new Promise((listening) => balancer.once('listening', listening))
  const url = `http://127.0.0.1:${(balancer.address() as AddressInfo).port}`
  const classified = (await json(fetch(`${url}/api/classify`, { method: 'POST', body: photo }))) as Classification
  const { stdout } = await run(clientPython(), ['-c', GRADIO, url, join(folder, 'photo.jpg'), 'fast'])
  expectGradio(stdout, classified)
  balancer.closeAllConnections()
  balancer.close()
  await Promise.all(instances.map((each) => each.stop()))
  await redis.stop()
})

test('Hugging Face, JavaScript: the labels of the API, parameters, and errors that it can read', async () => {
  const client = new InferenceClient()
  const endpointUrl = `${server.url}/hf/models/balanced`
  const data = new Blob([photo])
  const expected = own.predictions.map(({ label, score }) => ({ label, score }))
  expect(await client.imageClassification({ endpointUrl, data })).toEqual(expected)
  const withParameters = `${endpointUrl}?top_k=2&function_to_apply=none`
  const [first, second, ...rest] = await client.imageClassification({ endpointUrl: withParameters, data })
  expect(first).toMatchObject({ label: 'espresso', score: expect.any(Number) })
  expect(first?.score).toBeGreaterThan(second?.score ?? Number.POSITIVE_INFINITY)
  expect(rest).toEqual([])
  const damaged = client.imageClassification({ endpointUrl, data: new Blob(['not a photo']) })
  await expect(damaged).rejects.toThrow(/not a supported image/)
  await expect(client.imageClassification({ endpointUrl: `${server.url}/hf/models/none`, data })).rejects.toThrow(
    /no model with this name/,
  )
})

test('Hugging Face and OpenAI, Python: labels, embeddings, and errors', async () => {
  const program = `
import base64, json, sys
from huggingface_hub import InferenceClient
from huggingface_hub.errors import HfHubHTTPError
from openai import BadRequestError, NotFoundError, OpenAI
url, photo = sys.argv[1], open(sys.argv[2], "rb").read()
inline = "data:image/jpeg;base64," + base64.b64encode(photo).decode()
hf = InferenceClient(model=f"{url}/hf/models/balanced")
out = {"labels": [[each.label, each.score] for each in hf.image_classification(photo)]}
out["sigmoid"] = hf.image_classification(photo, top_k=1, function_to_apply="sigmoid")[0].score
features = InferenceClient(model=f"{url}/hf/models/balanced/pipeline/feature-extraction")
out["features"] = features.feature_extraction(inline)[0].tolist()
try: hf.image_classification(b"not a photo")
except HfHubHTTPError as error: out["damaged"] = error.response.status_code
openai = OpenAI(base_url=f"{url}/v1", api_key="none")
default = openai.embeddings.create(model="balanced", input=inline)
floats = openai.embeddings.create(model="fast", input=[inline, inline], encoding_format="float")
out["openai"] = [default.data[0].embedding, default.model, default.usage.total_tokens]
out["several"] = [[each.index, len(each.embedding)] for each in floats.data]
try: openai.embeddings.create(model="balanced", input="a text")
except BadRequestError as error: out["text"] = error.code
try: openai.embeddings.create(model="none", input=inline)
except NotFoundError as error: out["unknown"] = error.code
out["models"] = [each.id for each in openai.models.list()]
print(json.dumps(out))
`
  const printed = execFileSync(clientPython(), ['-c', program, server.url, join(folder, 'photo.jpg')], {
    encoding: 'utf8',
    maxBuffer: 1e7,
  })
  const { embedding } = (await json(post('/api/embed', photo))) as { embedding: number[] }
  expect(JSON.parse(printed.trim().split('\n').at(-1) ?? '')).toEqual({
    labels: own.predictions.map(({ label, score }) => [label, score]),
    sigmoid: expect.any(Number),
    features: embedding,
    damaged: 415,
    openai: [embedding, own.model.id, 1],
    several: [
      [0, 1280],
      [1, 1280],
    ],
    text: 'invalid_parameter',
    unknown: 'unknown_model',
    models: expect.arrayContaining([own.model.id]),
  })
})

test('Open Inference Protocol, tritonclient: photos and tensors, binary and JSON, classification, statistics, errors', async () => {
  const program = `
import json, sys, numpy as np, tritonclient.http as triton
client = triton.InferenceServerClient(sys.argv[1])
photo = open(sys.argv[2], "rb").read()
out = {"ready": [client.is_server_live(), client.is_server_ready(), client.is_model_ready("balanced", "1")]}
about = client.get_model_metadata("balanced")
def counts():
    stats = client.get_inference_statistics("balanced")["model_stats"][0]
    return np.array([stats["inference_count"], stats["inference_stats"]["success"]["count"]])
before = counts()
out["index"] = [[each["name"], each["state"]] for each in client.get_model_repository_index()]
out["config"] = client.get_model_config("fast")["max_batch_size"]
image = triton.InferInput("encoded_image", [2], "BYTES")
image.set_data_from_numpy(np.array([photo, photo], dtype=object))
result = client.infer("balanced", [image])
out["labels"] = [each.decode() for each in result.as_numpy("label").ravel()]
out["shape"] = list(result.as_numpy("probabilities").shape)
classes = triton.InferRequestedOutput("probabilities", class_count=2)
vector = triton.InferRequestedOutput("embedding")
gzip = {"request_compression_algorithm": "gzip", "response_compression_algorithm": "gzip"}
result = client.infer("balanced", [image], outputs=[classes, vector], request_id="mine", **gzip)
out["classes"] = [[each.decode().split(":") for each in row] for row in result.as_numpy("probabilities")]
out["embedding"] = result.as_numpy("embedding")[1].tolist()
out["id"] = result.get_response()["id"]
given, scores = about["inputs"][0], about["outputs"][0]["name"]
shape = [2, *given["shape"][1:]]
pixels = np.arange(np.prod(shape), dtype=np.uint8).reshape(shape)
tensors = []
for binary in (True, False):
    tensor = triton.InferInput(given["name"], shape, given["datatype"])
    tensor.set_data_from_numpy(pixels, binary_data=binary)
    wanted = [triton.InferRequestedOutput(scores, binary_data=binary)]
    tensors.append(client.infer("balanced", [tensor], outputs=wanted).as_numpy(scores))
out["tensors"] = [list(tensors[0].shape), bool((tensors[0] == tensors[1]).all())]
out["inferences"] = (counts() - before).tolist()
out["errors"] = []
def fails(call):
    try: call()
    except triton.InferenceServerException as error: out["errors"].append(error.status())
damaged = triton.InferInput("encoded_image", [1], "BYTES")
damaged.set_data_from_numpy(np.array([b"not a photo"], dtype=object))
wrong = triton.InferInput("pixels", [1], "BYTES")
wrong.set_data_from_numpy(np.array([photo], dtype=object))
fails(lambda: client.infer("none", [image]))
fails(lambda: client.infer("balanced", [damaged]))
fails(lambda: client.infer("balanced", [wrong]))
fails(lambda: client.infer("balanced", [image], outputs=[triton.InferRequestedOutput("none")]))
fails(lambda: client.get_model_metadata("balanced", "2"))
print(json.dumps(out))
`
  const args = ['-c', program, server.url.replace('http://', ''), join(folder, 'photo.jpg')]
  const printed = JSON.parse(execFileSync(clientPython(), args, { encoding: 'utf8', maxBuffer: 1e7 }))
  const { embedding } = (await json(post('/api/embed', photo))) as { embedding: number[] }
  const [best, second] = own.predictions
  expect(printed).toMatchObject({
    ready: [true, true, true],
    index: expect.arrayContaining([[own.model.id, 'READY']]),
    config: 64,
    labels: [best?.label, best?.label],
    shape: [2, 1000],
    embedding,
    id: 'mine',
    tensors: [[2, 1000], true],
    inferences: [8, 8],
    errors: ['404', '415', '400', '400', '404'],
  })
  for (const row of printed.classes) {
    expect(row.map(([, ...each]: string[]) => each)).toEqual(
      [best, second].map((each) => [String(each?.index), each?.label]),
    )
    expect(Number(row[0][0])).toBeCloseTo(best?.score ?? 0, 6)
  }
})

/** More nested than a call stack is deep. */
const DEEP = '['.repeat(100_000) + ']'.repeat(100_000)

test('Open Inference Protocol: bodies that lie about themselves are refused', async () => {
  const input = { name: 'encoded_image', shape: [1], datatype: 'BYTES' }
  const infer = (body: BodyInit, headers: Record<string, string> = {}) => post('/v2/models/fast/infer', body, headers)
  const refusals = [
    infer('{}', { 'inference-header-content-length': '3' }),
    infer('{}', { 'inference-header-content-length': 'x' }),
    infer(JSON.stringify({ inputs: [{ ...input, parameters: { binary_data_size: 5 } }] })),
    infer(JSON.stringify({ inputs: [{ ...input, shape: [2], data: ['aGVsbG8gd29ybGQ='] }] })),
    infer(JSON.stringify({ inputs: [{ ...input, shape: [1e9], data: [] }] })),
    infer(JSON.stringify({ inputs: [{ ...input, shape: [-1], data: [1] }] })),
    infer(JSON.stringify({ inputs: [{ name: 'pixel_values', shape: [1, 2], datatype: 'UINT8', data: [1, 2] }] })),
    infer(JSON.stringify({ inputs: [input, input] })),
    ...['encoded_image', 'pixel_values'].map((name) =>
      infer(`{"inputs":[{"name":"${name}","shape":[1,224,224,3],"datatype":"UINT8","data":${DEEP}}]}`),
    ),
    infer('not a photo', { 'inference-header-content-length': '0' }),
  ]
  const replies = await Promise.all(refusals.map(async (each) => [(await each).status, await (await each).json()]))
  expect(replies).toEqual([...Array(10).fill(400), 415].map((status) => [status, { error: expect.any(String) }]))
  const raw = await infer(photo, { 'inference-header-content-length': '0' })
  expect(raw.headers.get('content-type')).toBe('application/octet-stream')
})

test('MCP, the SDK’s client: tools, resources, and errors that an agent can read', async () => {
  const client = new Client({ name: 'test', version: '1' })
  await client.connect(new StreamableHTTPClientTransport(new URL(`${server.url}/mcp`)))
  const image = `data:image/jpeg;base64,${Buffer.from(photo).toString('base64')}`
  const call = async (name: string, args: Record<string, unknown>) => {
    const { content, structuredContent, isError } = await client.callTool({ name, arguments: args })
    return { content, structured: structuredContent, isError }
  }
  const [first, second] = own.predictions.map(({ label, score }) => ({ label, score }))
  expect(await call('classify_image', { image, top_k: 2 })).toMatchObject({
    content: [{ type: 'text', text: expect.stringMatching(/espresso \(\d\d\.\d%\)/) }],
    structured: { model: own.model.id, predictions: [first, second], uncertain: false, uncertain_reason: null },
  })
  const compared = await call('compare_models', { image, models: ['fast', 'balanced'] })
  expect(compared.structured).toMatchObject({ agree: true, results: [{}, { predictions: [first, {}, {}] }] })
  expect((await call('list_models', {})).content).toMatchObject([{ text: expect.stringContaining(own.model.id) }])
  expect((await call('explain_image', { image, method: 'occlusion' })).content).toMatchObject([
    { text: expect.stringContaining('espresso') },
    { type: 'image', mimeType: 'image/png', data: expect.stringMatching(/^iVBOR/) },
  ])
  expect(await call('classify_image', { image, model: 'none' })).toMatchObject({
    isError: true,
    content: [{ text: expect.stringMatching(/no model with this name.*\(unknown_model\)/) }],
  })
  expect(await call('classify_image', { image: 'a text' })).toMatchObject({ isError: true })
  const { resources } = await client.listResources()
  expect(resources.map(({ uri }) => uri)).toContain(`vision://models/${own.model.id}/card`)
  const { contents } = await client.readResource({ uri: 'vision://models/balanced/labels' })
  expect(contents).toMatchObject([{ text: expect.stringMatching(/^tench\ngoldfish\n/) }])
  await client.close()
})

test('MCP: off where others can connect, refuses other sites and names, and answers clients of 2025', async () => {
  const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
  const initialize = {
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
  }
  const send = (url: string, extra: Record<string, string> = {}) =>
    fetch(`${url}/mcp`, { method: 'POST', headers: { ...headers, ...extra }, body: JSON.stringify(initialize) })
  const reply = await send(server.url)
  expect(await reply.text()).toContain('"protocolVersion":"2025-06-18"')
  expect((await send(server.url, { origin: 'https://evil.example' })).status).toBe(403)
  expect((await send(server.url, { 'x-forwarded-for': '203.0.113.7' })).status).toBe(403)
  const port = Number(new URL(server.url).port)
  const rebound = await new Promise<number | undefined>((resolve, reject) => {
    const host = `evil.example:${port}`
    const options = { port, path: '/mcp', method: 'POST', headers: { ...headers, host, origin: `http://${host}` } }
    request(options, (response) => resolve(response.resume().statusCode))
      .on('error', reject)
      .end('{}')
  })
  expect(rebound).toBe(403)
  const open = await startServer({ env: { HOST: '0.0.0.0' } })
  expect((await send(open.url.replace('0.0.0.0', '127.0.0.1'))).status).toBe(404)
  await open.stop()
})

test('TensorFlow Serving and KServe: predictions, classes, state, metadata, and errors', async () => {
  const b64 = Buffer.from(photo).toString('base64')
  const instances = [{ b64 }, { image_bytes: { b64 } }]
  const { predictions } = await json(postJson('/v1/models/balanced:predict', { instances }))
  const [best] = own.predictions
  expect(predictions).toHaveLength(2)
  for (const { classes, label, probabilities } of predictions) {
    expect([classes, label]).toEqual([best?.index, best?.label])
    expect(probabilities).toHaveLength(1000)
    for (const { index, score } of own.predictions) expect(probabilities[index]).toBe(score)
  }
  const { outputs } = await json(postJson('/v1/models/balanced/versions/1:predict', { inputs: { b64 } }))
  expect(outputs).toEqual([predictions[0]])
  const { results } = await json(postJson('/v1/models/balanced:classify', { examples: [{ image: { b64 } }] }))
  expect(results).toEqual([own.predictions.map(({ label, score }) => [label, score])])
  const state = await json(fetch(`${server.url}/v1/models/balanced`))
  expect(state).toMatchObject({ ready: true, model_version_status: [{ version: '1', state: 'AVAILABLE' }] })
  const { metadata } = await json(fetch(`${server.url}/v1/models/balanced/metadata`))
  const { outputs: tensors } = metadata.signature_def.signature_def.serving_default
  expect(tensors.probabilities.tensor_shape.dim).toMatchObject([{ size: '-1' }, { size: '1000' }])
  for (const [path, body, status] of [
    ['/v1/models/none:predict', { instances }, 404],
    ['/v1/models/balanced/versions/7:predict', { instances }, 404],
    ['/v1/models/balanced:predict', {}, 400],
    ['/v1/models/balanced:predict', { instances: [[[0.5]]] }, 400],
    ['/v1/models/balanced:regress', { examples: [] }, 404],
    ['/v1/models/balanced:predict', { instances: [{ b64: 'bm90IGEgcGhvdG8=' }] }, 415],
  ] as const) {
    const response = await postJson(path, body)
    expect([path, response.status, await response.json()]).toEqual([path, status, { error: expect.any(String) }])
  }
})

test('TorchServe: as body and as form, best first even where labels are numbers, and errors', async () => {
  const put = await fetch(`${server.url}/predictions/balanced`, { method: 'PUT', body: photo })
  const form = new FormData()
  form.set('data', new Blob([photo]), 'photo.jpg')
  const expected = `{${own.predictions.map(({ label, score }) => `"${label}":${score}`).join(',')}}`
  expect(await put.text()).toBe(expected)
  expect(await (await post('/predictions/balanced/1.0', form)).text()).toBe(expected)
  expect(await json(fetch(`${server.url}/ping`))).toEqual({ status: 'Healthy' })
  const unknown = await post('/predictions/none', photo)
  expect(unknown.status).toBe(404)
  expect(await unknown.json()).toEqual({ code: 404, type: 'ModelNotFoundException', message: expect.any(String) })
  expect((await post('/predictions/balanced/2.0', photo)).status).toBe(404)
})

test('the limits of the API hold: size, method, rate, sign-in, own pages, and dialects that are off', async () => {
  const small = await startServer({
    env: { MAX_IMAGE_BYTES: '1000', RATE_LIMIT: '3', DIALECTS: 'hf,oip,openai,torchserve' },
  })
  const send = (path: string, body: BodyInit = photo) => fetch(small.url + path, { method: 'POST', body })
  const large = await send('/hf/models/fast')
  expect([large.status, await large.json()]).toEqual([413, { error: expect.any(String), code: 'too_large' }])
  const method = await fetch(`${small.url}/hf/models/fast`)
  expect([method.status, method.headers.get('allow')]).toEqual([405, 'POST, OPTIONS'])
  expect((await send('/v1/models/fast:predict', '{}')).status).toBe(404)
  const length = photo.byteLength
  const parameters = { binary_data_size: length + 4 }
  const head = JSON.stringify({ inputs: [{ name: 'encoded_image', shape: [1], datatype: 'BYTES', parameters }] })
  const tensor = new Blob([head, Uint32Array.of(length), photo])
  const headers = { 'inference-header-content-length': String(head.length) }
  const hidden = await fetch(`${small.url}/v2/models/fast/infer`, { method: 'POST', headers, body: tensor })
  expect(hidden.status).toBe(413)
  // curl -T sends PUT, which counts as well.
  expect((await fetch(`${small.url}/predictions/fast`, { method: 'PUT', body: photo })).status).toBe(413)
  const limited = await send('/v1/embeddings', '{}')
  expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, expect.stringMatching(/^\d+$/)])
  expect(await limited.json()).toMatchObject({ error: { type: 'rate_limit_error', code: 'rate_limited' } })
  await small.stop()
  const reserved = await startServer({ env: { PUBLIC_API: 'false' } })
  const refused = await fetch(`${reserved.url}/predictions/fast`, { method: 'POST', body: photo })
  expect([refused.status, await refused.json()]).toMatchObject([403, { type: expect.any(String), code: 403 }])
  await reserved.stop()
})
