// npm run bench -- dialects: CPU time of the server and its worker process per photo in each dialect, compared with
// POST /api/classify (or /api/embed) of the same photo in the same round. Options: --rounds 15 --photos 200
import { parseArgs } from 'node:util'
import { grpcClient, inferPhotos, startGrpcServer } from '../tests/support/grpc'
import { compareCpu, type Way } from './compare-cpu'
import { machine } from './machine'
import { photos } from './photos'

const { values } = parseArgs({
  args: process.argv.slice(3),
  options: { rounds: { type: 'string', default: '15' }, photos: { type: 'string', default: '200' } },
})
const GOAL = 1.05

// No cache, so that every photo is run.
const server = await startGrpcServer({ env: { LOG_LEVEL: 'warn', RESULT_CACHE_BYTES: '0', MODELS_DIR: 'models' } })
const [photo = Buffer.of()] = await photos(500)
const b64 = photo.toString('base64')
const json = (body: object) => ({ body: JSON.stringify(body), type: 'application/json' })
const raw = { body: photo, type: 'application/octet-stream' }

interface Post {
  name: string
  path: string
  body: string | Buffer
  type: string
  headers?: Record<string, string>
}

function post({ name, path, body, type, headers = {} }: Post): Way {
  return {
    name,
    pid: server.pid,
    async send() {
      const request = {
        method: 'POST',
        headers: { 'content-type': type, ...headers },
        body: new Blob([typeof body === 'string' ? body : new Uint8Array(body)]),
      }
      const reply = await fetch(server.url + path, request)
      await reply.arrayBuffer()
      if (reply.status !== 200) throw new Error(`${path}: ${reply.status}`)
    },
  }
}

const grpc = grpcClient(server.grpc)
const grpcWay: Way = {
  name: 'oip, gRPC',
  pid: server.pid,
  async send() {
    const { status } = await grpc.call('ModelInfer', {
      ...inferPhotos('balanced', photo),
      outputs: [{ name: 'label' }],
    })
    if (status !== 'OK') throw new Error(`gRPC: ${status}`)
  },
}

function tritonRequest(): Pick<Post, 'body' | 'type' | 'headers'> {
  const length = Buffer.alloc(4)
  length.writeUInt32LE(photo.byteLength)
  const parameters = { binary_data_size: photo.byteLength + 4 }
  const inputs = [{ name: 'encoded_image', shape: [1], datatype: 'BYTES', parameters }]
  const outputs = [{ name: 'label', parameters: { binary_data: true } }]
  const head = Buffer.from(JSON.stringify({ inputs, outputs }))
  const headers = { 'inference-header-content-length': String(head.byteLength) }
  return { body: Buffer.concat([head, length, photo]), type: 'application/octet-stream', headers }
}

const COMPARED: readonly (readonly [own: Way, others: readonly Way[]])[] = [
  [
    post({ name: 'POST /api/classify, photo as the body', path: '/api/classify', ...raw }),
    [
      post({ name: 'hf, photo as the body', path: '/hf/models/balanced', ...raw }),
      post({ name: 'torchserve', path: '/predictions/balanced', ...raw }),
      post({ name: 'oip, binary', path: '/v2/models/balanced/infer', ...tritonRequest() }),
      grpcWay,
    ],
  ],
  [
    post({ name: 'POST /api/classify, base64', path: '/api/classify', ...json({ image: b64 }) }),
    [
      post({ name: 'hf, base64', path: '/hf/models/balanced', ...json({ inputs: b64 }) }),
      post({
        name: 'tf-serving :classify, base64',
        path: '/v1/models/balanced:classify',
        ...json({ examples: [{ image: { b64 } }] }),
      }),
      post({
        name: 'tf-serving :predict, base64, 1,000 scores',
        path: '/v1/models/balanced:predict',
        ...json({ instances: [{ b64 }] }),
      }),
    ],
  ],
  [
    post({
      name: 'POST /api/embed, base64',
      path: '/api/embed?encoding_format=base64',
      ...json({ image: b64 }),
    }),
    [
      post({
        name: 'openai, base64',
        path: '/v1/embeddings',
        ...json({ model: 'balanced', input: b64, encoding_format: 'base64' }),
      }),
    ],
  ],
]

console.log(`${machine()}\nCPU time per photo, median of ${values.rounds} rounds; goal: at most ${GOAL} × the API\n`)
try {
  for (const [own, others] of COMPARED) await compareCpu([own, ...others], Number(values.rounds), Number(values.photos))
} finally {
  grpc.close()
  await server.stop()
}
