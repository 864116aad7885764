import { execFile, execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { InferenceClient } from '@huggingface/inference'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Classification } from '@/lib/shared/contract/contract'
import { clientPython } from '@/scripts/tools/client-python.mjs'
import { startGrpcServer } from '../support/grpc'
import { ALL_MODELS } from '../support/models'
import { as } from '../support/photos'
import { freeze, startServer, type TestServer } from '../support/server'

const run = promisify(execFile)

let server: TestServer & { grpc: string }
/** In the project, so that examples find its packages. */
let folder: string
let photo: Uint8Array<ArrayBuffer>
let own: Classification

beforeAll(async () => {
  server = await startGrpcServer({ env: ALL_MODELS })
  mkdirSync('test-results', { recursive: true })
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
    const code = text
      .replaceAll(/(http:\/\/)?localhost:3000/g, (_, scheme) => (scheme ? server.url : new URL(server.url).host))
      .replaceAll('localhost:8001', server.grpc)
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

test('Hugging Face: its clients give up at once when the server is busy, and do not ask again and again', async () => {
  const busy = await startServer({ env: { MAX_QUEUE: '1' } })
  const thaw = freeze(busy)
  const filling = Array.from({ length: 8 }, () => fetch(`${busy.url}/api/classify`, { method: 'POST', body: photo }))
  expect((await Promise.race(filling)).status).toBe(429)
  const endpointUrl = `${busy.url}/hf/models/tiny`
  const refused = new InferenceClient().imageClassification({ endpointUrl, data: new Blob([photo]) })
  await expect(refused).rejects.toMatchObject({ httpResponse: { status: 429 } })
  const program = `
import sys
from huggingface_hub import InferenceClient
from huggingface_hub.errors import HfHubHTTPError
try: InferenceClient(model=sys.argv[1]).image_classification(sys.argv[2])
except HfHubHTTPError as error: print(error.response.status_code, error.response.headers["retry-after"])
`
  expect((await run(clientPython(), ['-c', program, endpointUrl, join(folder, 'photo.jpg')])).stdout).toBe('429 1\n')
  await vi.waitFor(() => expect(busy.output().match(/"path":"\/hf\/models\/tiny","status":429/g)).toHaveLength(2))
  thaw()
  await Promise.all(filling)
  await busy.stop()
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

/** The client has the same methods over HTTP and gRPC, with replies in other forms. */
const TRITON = `
import json, sys, numpy as np
url, photo, over = sys.argv[1], open(sys.argv[2], "rb").read(), sys.argv[3]
if over == "grpc":
    import tritonclient.grpc as triton
    plain = {"as_json": True}
    gzip = {"compression_algorithm": "gzip"}
    forms = ({},)
else:
    import tritonclient.http as triton
    plain = {}
    gzip = {"request_compression_algorithm": "gzip", "response_compression_algorithm": "gzip"}
    forms = ({"binary_data": True}, {"binary_data": False})
client = triton.InferenceServerClient(url)
out = {"ready": [client.is_server_live(), client.is_server_ready(), client.is_model_ready("balanced", "1")]}
out["unknown"] = client.is_model_ready("none")
out["server"] = client.get_server_metadata(**plain)["name"]
about = client.get_model_metadata("balanced", **plain)
def counts():
    stats = client.get_inference_statistics("balanced", **plain)["model_stats"][0]
    return np.array([int(stats["inference_count"]), int(stats["inference_stats"]["success"]["count"])])
before = counts()
index = client.get_model_repository_index(**plain)
out["index"] = [[each["name"], each["state"]] for each in (index["models"] if over == "grpc" else index)]
config = client.get_model_config("fast", **plain)
out["config"] = (config["config"] if over == "grpc" else config)["max_batch_size"]
image = triton.InferInput("encoded_image", [2], "BYTES")
image.set_data_from_numpy(np.array([photo, photo], dtype=object))
result = client.infer("balanced", [image])
out["labels"] = [each.decode() for each in result.as_numpy("label").ravel()]
out["shape"] = list(result.as_numpy("probabilities").shape)
classes = triton.InferRequestedOutput("probabilities", class_count=2)
vector = triton.InferRequestedOutput("embedding")
result = client.infer("balanced", [image], outputs=[classes, vector], request_id="mine", **gzip)
out["classes"] = [[each.decode().split(":") for each in row] for row in result.as_numpy("probabilities")]
out["embedding"] = result.as_numpy("embedding")[1].tolist()
out["id"] = result.get_response(**plain)["id"]
given, scores = about["inputs"][0], about["outputs"][0]["name"]
shape = [2, *[int(side) for side in given["shape"][1:]]]
pixels = np.arange(np.prod(shape), dtype=np.uint8).reshape(shape)
out["tensors"] = []
for form in forms:
    tensor = triton.InferInput(given["name"], shape, given["datatype"])
    tensor.set_data_from_numpy(pixels, **form)
    wanted = [triton.InferRequestedOutput(scores, **form)]
    out["tensors"].append(client.infer("balanced", [tensor], outputs=wanted).as_numpy(scores).tolist())
if over == "grpc":
    import grpc
    from tritonclient.grpc import service_pb2, service_pb2_grpc
    request = service_pb2.ModelInferRequest(model_name="balanced")
    tensor = request.inputs.add(name=given["name"], datatype=given["datatype"], shape=shape)
    tensor.contents.uint_contents.extend(pixels.ravel().tolist())
    request.outputs.add(name=scores)
    reply = service_pb2_grpc.GRPCInferenceServiceStub(grpc.insecure_channel(url)).ModelInfer(request)
    out["tensors"].append(np.frombuffer(reply.raw_output_contents[0], dtype=np.float32).reshape(2, -1).tolist())
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
fails(lambda: client.unload_model("balanced"))
print(json.dumps(out))
`

const INVALID = 'StatusCode.INVALID_ARGUMENT'

test('Open Inference Protocol, tritonclient over HTTP and gRPC: the same inferences, statistics and errors', async () => {
  const over = async (transport: 'http' | 'grpc', address: string) => {
    const args = ['-c', TRITON, address, join(folder, 'photo.jpg'), transport]
    return JSON.parse((await run(clientPython(), args, { maxBuffer: 1e7 })).stdout)
  }
  const http = await over('http', new URL(server.url).host)
  const grpc = await over('grpc', server.grpc)
  const { embedding } = (await json(post('/api/embed', photo))) as { embedding: number[] }
  const [best, second] = own.predictions
  expect(http).toMatchObject({
    ready: [true, true, true],
    unknown: false,
    server: 'vision',
    index: expect.arrayContaining([[own.model.id, 'READY']]),
    config: 64,
    labels: [best?.label, best?.label],
    shape: [2, 1000],
    embedding,
    id: 'mine',
    inferences: [8, 8],
    errors: ['404', '415', '400', '400', '404', '404'],
  })
  for (const row of http.classes) {
    expect(row.map(([, ...each]: string[]) => each)).toEqual(
      [best, second].map((each) => [String(each?.index), each?.label]),
    )
    expect(Number(row[0][0])).toBeCloseTo(best?.score ?? 0, 6)
  }
  const [binary, listed] = http.tensors
  expect(binary).toEqual(listed)
  const errors = ['StatusCode.NOT_FOUND', INVALID, INVALID, INVALID, 'StatusCode.NOT_FOUND', 'StatusCode.UNIMPLEMENTED']
  expect(grpc).toEqual({ ...http, errors })
})

/** The shape of an image for the model `fast`. */
const PIXELS = [1, 224, 224, 3]
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
    infer(JSON.stringify({ inputs: [{ name: 'pixel_values', shape: PIXELS, datatype: 'UINT8', data: [1, 256] }] })),
    infer(JSON.stringify({ inputs: [input, input] })),
    ...['encoded_image', 'pixel_values'].map((name) =>
      infer(`{"inputs":[{"name":"${name}","shape":[${PIXELS}],"datatype":"UINT8","data":${DEEP}}]}`),
    ),
    infer('not a photo', { 'inference-header-content-length': '0' }),
  ]
  const replies = await Promise.all(refusals.map(async (each) => [(await each).status, await (await each).json()]))
  expect(replies).toEqual([...Array(11).fill(400), 415].map((status) => [status, { error: expect.any(String) }]))
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
    for (const { index, score } of own.predictions) expect(probabilities[index]).toBe(Number(score.toPrecision(6)))
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

test('TorchServe: explanations, the list of models by page, and their state', async () => {
  const explained = await post('/explanations/fast/1.0', photo)
  const [[rows = []] = []] = (await explained.json()) as number[][][][]
  expect(new Set(rows.map((row) => row.length))).toEqual(new Set([rows.length]))
  expect(Math.max(...rows.flat())).toBeGreaterThan(0)
  const models = (query = '') => json(fetch(`${server.url}/torchserve/models${query}`))
  const { models: all, ...rest } = await models()
  expect([all.length, rest]).toEqual([3, {}])
  expect(all[1]).toEqual({ modelName: own.model.id, modelUrl: own.model.id })
  const page = await models('?limit=2')
  expect(page).toEqual({ nextPageToken: '2', models: all.slice(0, 2) })
  expect(await models(`?limit=2&next_page_token=${page.nextPageToken}`)).toEqual({ models: all.slice(2) })
  for (const path of ['balanced', 'balanced/1.0', 'balanced/all'])
    expect(await models(`/${path}`)).toMatchObject([
      {
        modelName: own.model.id,
        modelVersion: '1.0',
        minWorkers: 1,
        workers: [{ status: 'READY', memoryUsage: expect.any(Number) }],
        jobQueueStatus: { remainingCapacity: 256, pendingRequests: 0 },
      },
    ])
  const refusals: [Promise<Response>, number][] = [
    [fetch(`${server.url}/torchserve/models/none`), 404],
    [fetch(`${server.url}/torchserve/models/balanced/2.0`), 404],
    [fetch(`${server.url}/torchserve/models?limit=0`), 400],
    [fetch(`${server.url}/torchserve/models/balanced`, { method: 'DELETE' }), 405],
    [post('/explanations/none', photo), 404],
    [post('/explanations/fast', 'not a photo'), 415],
  ]
  for (const [reply, status] of refusals) {
    const { status: sent } = await reply
    expect([sent, await json(reply)]).toEqual([
      status,
      { code: status, type: expect.any(String), message: expect.any(String) },
    ])
  }
})

test('where a dialect has nothing, its clients get an error that they can read', async () => {
  const forms: [path: string, form: object][] = [
    ['/v2/systemsharedmemory/status', { error: expect.stringMatching(/^No resource/) }],
    ['/v1/models/balanced/labels/stable', { error: expect.stringMatching(/^No resource/) }],
    [
      '/v1/chat/completions',
      { error: { message: expect.any(String), type: 'invalid_request_error', code: 'not_found' } },
    ],
    ['/hf/none', { error: expect.any(String), code: 'not_found' }],
    ['/torchserve/none', { code: 404, type: 'ModelNotFoundException' }],
    ['/gradio_api/openapi.json', { error: expect.any(String) }],
  ]
  for (const [path, form] of forms) {
    const reply = await fetch(server.url + path)
    expect([path, reply.status, await reply.json()]).toMatchObject([path, 404, form])
  }
  const inputs = Buffer.from(photo).toString('base64')
  const other = await postJson('/hf/models/balanced', { inputs, parameters: { candidate_labels: ['cat', 'dog'] } })
  expect([other.status, await other.json()]).toMatchObject([400, { error: expect.stringMatching(/text-image model/) }])
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
