import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect as connectHttp2 } from 'node:http2'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { ClientUnaryCall } from '@grpc/grpc-js'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { hashPassword } from '@/lib/server/auth/password'
import { fullTest } from '../support/full'
import { type CallOptions, type GrpcClient, grpcClient, inferPhotos, startGrpcServer } from '../support/grpc'
import { ADMIN_TOKEN, bearer, createKey, revokeKey, usageOf } from '../support/keys'
import { espresso } from '../support/photos'
import { freeze, residentBytes, startServer, type TestServer } from '../support/server'

type GrpcTestServer = TestServer & { grpc: string }

let server: GrpcTestServer
let client: GrpcClient
const clients: GrpcClient[] = []

beforeAll(async () => {
  server = await startGrpcServer({ env: { METRICS: 'on', MAX_QUEUE_BYTES: '40000000', MAX_QUEUE: '20' } })
  client = grpcClient(server.grpc)
})
const CLASSES = { classification: { int64_param: -1 } }
const TENSOR = { name: 'x', datatype: 'FP32', shape: [1, 3, 8, 8] }

afterEach(() => {
  for (const each of clients.splice(0)) each.close()
})
afterAll(async () => {
  client.close()
  await server.stop()
})

function connected(at: GrpcTestServer, options?: Record<string, number>): GrpcClient {
  const each = grpcClient(at.grpc, options)
  clients.push(each)
  return each
}

const port = (at: GrpcTestServer) => Number(at.grpc.split(':')[1])

/** A raw connection. */
async function open(at: GrpcTestServer): Promise<Socket> {
  const socket = connect(port(at), '127.0.0.1')
  socket.on('error', () => {})
  await once(socket, 'connect')
  return socket
}

async function figures(at: TestServer): Promise<{ queue: { photos: number } }> {
  return (await fetch(`${at.url}/health/status`)).json()
}

const PHOTO = { name: 'encoded_image', datatype: 'BYTES', shape: [1] }
const raw = (...contents: Uint8Array[]) => ({ raw_input_contents: contents })

test.each<[why: RegExp, input: object, more?: object]>([
  [/has no data/, PHOTO],
  [/ends in the middle/, PHOTO, raw(Buffer.from('abc'))],
  [/ends in the middle/, PHOTO, raw(Buffer.from([255, 255, 255, 255, 1]))],
  [/^raw_input_contents is invalid/, PHOTO, raw(espresso, espresso)],
  [/both contents and raw/, { ...PHOTO, contents: { bytes_contents: [espresso] } }, raw(espresso)],
  [/1 elements, and the shape \[2\]/, { ...PHOTO, shape: [2], contents: { bytes_contents: [espresso] } }],
  [/shape.0 is invalid/, { ...PHOTO, shape: [-1] }, raw(espresso)],
  [/shape.0 is invalid/, { ...PHOTO, shape: [2 ** 62] }, raw(espresso)],
  [/shape is invalid/, { ...PHOTO, shape: Array(20).fill(1) }, raw(espresso)],
  [/is BYTES, not FP16/, { ...PHOTO, datatype: 'FP16' }, raw(espresso)],
  // Cut in the middle of a character.
  [/is BYTES, not x{19}\ufffd/, { ...PHOTO, datatype: `${'x'.repeat(19)}\u{1f600}` }, raw(espresso)],
  [/8 bytes of data, and its shape/, { ...TENSOR, contents: { fp32_contents: Buffer.alloc(8) } }],
  [/1 bytes of data, and its shape/, TENSOR, raw(Buffer.from([1]))],
  [/expected one input/, PHOTO, { inputs: [PHOTO, PHOTO] }],
  [/isn’t a number of classes/, PHOTO, { outputs: [{ name: 'label', parameters: CLASSES }], ...raw(espresso) }],
])('a message that lies about itself is refused as invalid: %s', async (why, input, more) => {
  const { status, details, trailer } = await client.call('ModelInfer', { model_name: 'tiny', inputs: [input], ...more })
  expect([status, details, trailer['problem-code']]).toEqual([
    'INVALID_ARGUMENT',
    expect.stringMatching(why),
    'invalid_parameter',
  ])
})

test.each<[name: string, part: number[]]>([
  ['inputs', [42, 0]],
  ['outputs', [50, 0]],
  ['raw contents', [58, 0]],
  ['contents of an input', [42, 4, 42, 2, 66, 0]],
  ['fields that do not exist', [248, 1, 1]],
])('a message of millions of %s costs no memory', async (_, part) => {
  const before = residentBytes(server)
  const bytes = Buffer.alloc(24_000_000, Buffer.from(part))
  expect(await client.call('ModelInfer', {}, { bytes })).toMatchObject({
    status: 'INVALID_ARGUMENT',
    details: expect.stringMatching(/too many parts/),
  })
  expect(residentBytes(server) - before).toBeLessThan(150e6)
})

test('typed contents are as good as raw ones, and bytes that are no message are refused', async () => {
  const typed = { ...PHOTO, contents: { bytes_contents: [espresso] } }
  const { reply } = await client.call('ModelInfer', { model_name: 'tiny', inputs: [typed] })
  const { reply: same } = await client.call('ModelInfer', inferPhotos('tiny', espresso))
  expect(reply.raw_output_contents).toEqual(same.raw_output_contents)
  // A type of field that doesn't exist, and a number without an end.
  const bytes = [Buffer.from([15]), Buffer.from([8, 255])]
  for (const method of ['ModelInfer', 'ModelMetadata']) {
    for (const each of bytes) {
      const { status, details } = await client.call(method, {}, { bytes: each })
      expect([status, details]).toEqual(['INVALID_ARGUMENT', expect.stringMatching(/isn’t one of this method’s/)])
    }
  }
})

test('credentials, rate limit, sizes, and the health check are those of HTTP', async () => {
  const own = await startGrpcServer({
    env: { BASIC_AUTH: `me:${await hashPassword('secret')}`, RATE_LIMIT: '3', MAX_IMAGE_BYTES: '1000000' },
  })
  const authorization = `Basic ${Buffer.from('me:secret').toString('base64')}`
  const each = connected(own)
  expect(await each.call('Check', {}, { health: true })).toMatchObject({ reply: { status: 'SERVING' } })
  expect(await each.call('Check', { service: 'none' }, { health: true })).toMatchObject({ status: 'NOT_FOUND' })
  expect(await each.call('ServerLive', {})).toMatchObject({ status: 'UNAUTHENTICATED' })
  const wrong = { authorization: `Basic ${Buffer.from('me:wrong').toString('base64')}` }
  expect(await each.call('ServerLive', {}, { metadata: wrong })).toMatchObject({ status: 'UNAUTHENTICATED' })
  const infer = (photo: Uint8Array) =>
    each.call('ModelInfer', inferPhotos('tiny', photo), { metadata: { authorization, 'x-request-id': 'mine' } })
  expect(await infer(espresso)).toMatchObject({ status: 'OK', trailer: { 'x-request-id': 'mine' } })
  expect(await infer(Buffer.alloc(1_000_001))).toMatchObject({
    status: 'RESOURCE_EXHAUSTED',
    trailer: { 'problem-code': 'too_large' },
  })
  // One limit for both ways in.
  const http = await fetch(`${own.url}/api/classify`, { method: 'POST', body: espresso, headers: { authorization } })
  expect(http.headers.get('ratelimit')).toMatch(/r=0;/)
  const limited = await infer(espresso)
  expect(limited).toMatchObject({ status: 'RESOURCE_EXHAUSTED', trailer: { 'problem-code': 'rate_limited' } })
  expect(Number(limited.trailer['grpc-retry-pushback-ms'])).toBeGreaterThan(1000)
  expect(await each.call('ServerReady', {}, { metadata: { authorization } })).toMatchObject({ reply: { ready: true } })
  await own.printed(/"request_id":"mine".*ModelInfer","grpc_status":"OK".*"model":"tiny"/)
  await own.stop()
})

test('PUBLIC_API=false leaves it to the operator, and TRUST_PROXY says whose photos are counted', async () => {
  const env = { PUBLIC_API: 'false', ADMIN_TOKEN: 'operator', RATE_LIMIT: '1', TRUST_PROXY: '1' }
  const own = await startGrpcServer({ env })
  const each = connected(own)
  const call = (metadata = {}) => each.call('ServerMetadata', {}, { metadata })
  expect(await call()).toMatchObject({ status: 'PERMISSION_DENIED' })
  expect(await call({ authorization: 'Bearer guess' })).toMatchObject({ status: 'UNAUTHENTICATED' })
  const authorization = 'Bearer operator'
  expect(await call({ authorization })).toMatchObject({ reply: { name: 'vision' } })
  const infer = async (from: string) => {
    const metadata = { authorization, 'x-forwarded-for': `192.0.2.9, ${from}` }
    return (await each.call('ModelInfer', inferPhotos('tiny', espresso), { metadata })).status
  }
  const froms = ['203.0.113.1', '203.0.113.1', '203.0.113.2', '2001:db8::1', '2001:db8::2']
  const statuses: string[] = []
  for (const from of froms) statuses.push(await infer(from))
  expect(statuses).toEqual(['OK', 'RESOURCE_EXHAUSTED', 'OK', 'OK', 'RESOURCE_EXHAUSTED'])
  await own.stop()
})

test('a call that is cancelled, or whose deadline passes, gives its photos up', async () => {
  const thaw = freeze(server)
  const infer = (options: CallOptions) => client.call('ModelInfer', inferPhotos('tiny', espresso), options)
  const begun: ClientUnaryCall[] = []
  const left = Array.from({ length: 3 }, () => infer({ begun: (call) => void begun.push(call) }))
  const late = Array.from({ length: 3 }, () => infer({ deadlineMs: 1500 }))
  await vi.waitFor(async () => expect((await figures(server)).queue.photos).toBe(3))
  for (const call of begun) call.cancel()
  const ended = (await Promise.all([...left, ...late])).map(({ status }) => status)
  expect(ended).toEqual([...Array(3).fill('CANCELLED'), ...Array(3).fill('DEADLINE_EXCEEDED')])
  await vi.waitFor(async () => expect((await figures(server)).queue.photos).toBe(0))
  thaw()
  await server.printed(/"grpc_status":"CANCELLED"/)
  // The server doesn't rely on the client to end it.
  const { ended: refused, close } = await rawCall(server, { 'grpc-timeout': '100m' })
  expect((await refused)[0]).toBe('4')
  close()
  await server.printed(/"grpc_status":"DEADLINE_EXCEEDED"/)
  expect((await client.call('ModelInfer', inferPhotos('tiny', espresso))).status).toBe('OK')
})

test('a full queue refuses at once, and what is counted is in the metrics', async () => {
  const thaw = freeze(server)
  const calls = Array.from({ length: 30 }, () => client.call('ModelInfer', inferPhotos('tiny', espresso)))
  const first = await Promise.race(calls)
  expect(first).toMatchObject({ status: 'RESOURCE_EXHAUSTED', trailer: { 'problem-code': 'queue_full' } })
  thaw()
  const ended = (await Promise.all(calls)).map(({ status }) => status)
  expect(new Set(ended)).toEqual(new Set(['OK', 'RESOURCE_EXHAUSTED']))
  const text = await (await fetch(`${server.url}/metrics`)).text()
  const refused = ended.filter((status) => status !== 'OK').length
  const line = 'vision_grpc_calls_total{method="ModelInfer",status="RESOURCE_EXHAUSTED",code="queue_full"}'
  expect(text).toContain(`${line} ${refused}`)
  expect(text).toMatch(/vision_grpc_call_duration_seconds_count\{method="ModelInfer"\} \d+/)
})

/** What each HTTP/2 connection begins with. */
const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'

/** A stream of the inference service, to send frames that no library would. */
async function rawCall(at: GrpcTestServer, headers: Record<string, string> = {}) {
  const session = connectHttp2(`http://${at.grpc}`)
  session.on('error', () => {})
  const stream = session.request({
    ':method': 'POST',
    ':path': '/inference.GRPCInferenceService/ModelInfer',
    'content-type': 'application/grpc',
    te: 'trailers',
    ...headers,
  })
  stream.on('error', () => {})
  const ended = once(stream, 'response').then(([reply]) => [reply['grpc-status'], reply['grpc-message']])
  return { stream, ended, close: () => session.destroy() }
}

const prefix = (compressed: 0 | 1, length: number) => {
  const bytes = Buffer.alloc(5)
  bytes.writeUInt8(compressed)
  bytes.writeUInt32BE(length, 1)
  return bytes
}

test('a huge message is refused by its declared length, one that unpacks to more by what it is, two of them at all', async () => {
  const refusals: [RegExp, Buffer, Record<string, string>?][] = [
    [/larger than 30.*MB/, prefix(0, 2 ** 32 - 1)],
    [/decompresses to a size larger/, compressed(Buffer.alloc(31_000_000)), { 'grpc-encoding': 'gzip' }],
    [/more than one message/, Buffer.concat([prefix(0, 0), prefix(0, 0)])],
  ]
  for (const [why, bytes, headers] of refusals) {
    const { stream, ended, close } = await rawCall(server, headers)
    stream.write(bytes)
    const [status, message] = await ended
    expect([decodeURI(String(message)), Number(status)]).toEqual([expect.stringMatching(why), expect.any(Number)])
    close()
  }
})

function compressed(bytes: Buffer): Buffer {
  const packed = gzipSync(bytes)
  return Buffer.concat([prefix(1, packed.byteLength), packed])
}

test('messages that never end hold no more memory than uploads may, and do not block others', async () => {
  const before = residentBytes(server)
  const calls = await Promise.all(Array.from({ length: 30 }, () => rawCall(server)))
  for (const { stream } of calls) {
    stream.write(prefix(0, 29_000_000))
    stream.write(Buffer.alloc(3_000_000))
  }
  // Of 90 MB, 40 fit.
  expect((await Promise.race(calls.map(({ ended }) => ended)))[0]).toBe('8')
  expect((await client.call('ServerLive', {})).status).toBe('OK')
  expect(residentBytes(server) - before).toBeLessThan(150e6)
  for (const { close } of calls) close()
  await vi.waitFor(async () =>
    expect((await client.call('ModelInfer', inferPhotos('tiny', espresso))).status).toBe('OK'),
  )
})

test('a thousand idle connections cost little, and further ones are closed', async () => {
  const own = await startGrpcServer()
  const each = connected(own)
  expect((await each.call('ServerLive', {})).status).toBe('OK')
  const before = residentBytes(own)
  const idle = await Promise.all(Array.from({ length: 999 }, () => open(own)))
  const further = await open(own)
  // The last that is accepted, which may be another one than the last that was opened.
  await Promise.race([...idle, further].map((socket) => once(socket, 'close')))
  expect((await each.call('ServerLive', {})).status).toBe('OK')
  expect(residentBytes(own) - before).toBeLessThan(100e6)
  for (const socket of [...idle, further]) socket.destroy()
  await vi.waitFor(async () => expect((await connected(own).call('ServerLive', {})).status).toBe('OK'))
  await own.stop()
})

fullTest('a client that never reads its reply is left after a while', async () => {
  const session = connectHttp2(`http://${server.grpc}`, { settings: { initialWindowSize: 0 } })
  session.on('error', () => {})
  await once(session, 'remoteSettings')
  const stream = session.request({
    ':method': 'POST',
    ':path': '/inference.GRPCInferenceService/ServerMetadata',
    'content-type': 'application/grpc',
    te: 'trailers',
  })
  stream.on('error', () => {})
  stream.end(prefix(0, 0))
  const start = performance.now()
  await once(stream, 'close')
  expect(performance.now() - start).toBeGreaterThan(15_000)
  expect(stream.rstCode).toBe(8)
  session.destroy()
})

test('garbage ends its connection, and odd headers their call only; none of it is logged', async () => {
  const garbage = ['GET / HTTP/1.1\r\nHost: x\r\n\r\n', '\0'.repeat(10_000), `${PREFACE}!!!!!!!!!!!!`]
  for (const bytes of garbage) {
    const socket = await open(server)
    socket.resume().write(bytes)
    await once(socket, 'close')
  }
  const odd: [header: string, value: string, status: string][] = [
    [':path', '/é/x', '12'],
    ['grpc-timeout', 'abc', '13'],
    ['grpc-encoding', 'br', '12'],
    ['authorization', 'Basic the-secret-ÿ', '3'],
    ['x-data-bin', '%%%', '3'],
    ['x-forwarded-for', ',,ÿ', '3'],
  ]
  for (const [header, value, status] of odd) {
    const { stream, ended, close } = await rawCall(server, { [header]: value })
    stream.end(Buffer.concat([prefix(1, 1), Buffer.from('x')]))
    expect([header, (await ended)[0]]).toEqual([header, status])
    close()
  }
  expect((await client.call('ServerLive', {})).status).toBe('OK')
  expect(server.output()).not.toContain('the-secret')
})

test('the shutdown answers calls in progress, refuses new ones, waits for no idle connection, and exits with 0', async () => {
  const own = await startGrpcServer({ env: { SHUTDOWN_DELAY_MS: '300' } })
  const [busy, unused] = [connected(own), await open(own)]
  const thaw = freeze(own)
  const calls = Array.from({ length: 6 }, () => busy.call('ModelInfer', inferPhotos('tiny', espresso)))
  await vi.waitFor(async () => expect((await figures(own)).queue.photos).toBe(3))
  own.child.kill('SIGTERM')
  await vi.waitFor(async () => expect((await busy.call('ServerReady', {})).reply).toEqual({ ready: false }))
  await once(unused.resume(), 'close')
  expect((await connected(own).call('ServerLive', {})).status).toBe('UNAVAILABLE')
  thaw()
  expect((await Promise.all(calls)).map(({ status }) => status)).toEqual(Array(6).fill('OK'))
  const [code] = own.child.exitCode === null ? await once(own.child, 'exit') : [own.child.exitCode]
  expect(code).toBe(0)
})

test('it is off without a port or the dialect, and a port that is taken stops the start', async () => {
  const without = await startGrpcServer({ env: { DIALECTS: 'hf' } })
  await without.printed(/GRPC_PORT has no effect without oip in DIALECTS/)
  expect(await connected(without).call('ServerLive', {})).toMatchObject({ status: 'UNAVAILABLE' })
  await expect(startServer({ env: { GRPC_PORT: String(new URL(without.url).port) } })).rejects.toThrow(
    /port \d+ on 127.0.0.1 is already in use; set GRPC_PORT to another one/,
  )
  await without.stop()
})

test('API keys hold over gRPC with TLS: scope, quota, statistics, and an end on the next call', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'certificate-'))
  const [GRPC_TLS_KEY, GRPC_TLS_CERT] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const subject = ['-subj', '/CN=vision.example', '-addext', 'subjectAltName=IP:127.0.0.1']
  const files = ['-keyout', GRPC_TLS_KEY, '-out', GRPC_TLS_CERT]
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...subject, ...files])
  const env = { API_KEYS: 'required', ADMIN_TOKEN, GRPC_TLS_CERT }
  await expect(startGrpcServer({ env })).rejects.toThrow(/GRPC_TLS_CERT and GRPC_TLS_KEY belong together/)
  const swapped = { ...env, GRPC_TLS_KEY: GRPC_TLS_CERT }
  await expect(startGrpcServer({ env: swapped })).rejects.toThrow(/GRPC_TLS_CERT and GRPC_TLS_KEY can’t be used: /)
  const server = await startGrpcServer({ env: { ...env, GRPC_TLS_KEY } })
  const client = grpcClient(server.grpc, {}, readFileSync(GRPC_TLS_CERT))
  expect(await connected(server).call('ServerLive', {})).toMatchObject({ status: 'UNAVAILABLE' })
  const infer = async (headers: Record<string, string> = {}) => {
    const { status, trailer } = await client.call('ModelInfer', inferPhotos('fast', espresso), { metadata: headers })
    return [status, trailer['problem-code']]
  }
  const { key, secret } = await createKey(server.url, { name: 'by gRPC', scopes: ['classify'], monthly_quota: 2 })
  const other = await createKey(server.url, { name: 'only embeds', scopes: ['embed'] })
  expect((await client.call('ServerLive', {})).reply).toEqual({ live: true })
  expect((await client.call('ServerMetadata', {})).trailer['problem-code']).toBe('key_required')
  expect([
    await infer(),
    await infer(bearer(`${secret.slice(0, -1)}_`)),
    await infer(bearer(other.secret)),
    await infer(bearer(secret)),
    await infer({ 'x-api-key': secret }),
    await infer(bearer(secret)),
    await infer(bearer(ADMIN_TOKEN)),
  ]).toEqual([
    ['UNAUTHENTICATED', 'key_required'],
    ['UNAUTHENTICATED', 'invalid_key'],
    ['PERMISSION_DENIED', 'insufficient_scope'],
    ['OK', undefined],
    ['OK', undefined],
    ['RESOURCE_EXHAUSTED', 'quota_exceeded'],
    ['OK', undefined],
  ])
  await revokeKey(server.url, key.id)
  expect(await infer(bearer(secret))).toEqual(['UNAUTHENTICATED', 'key_revoked'])
  const [used] = (await usageOf(server.url, `?key=${key.id}`)).rows
  expect(used).toMatchObject({ photos: 2, bytes: 2 * espresso.byteLength })
  expect(server.output()).not.toContain(secret)
  client.close()
  await server.stop()
  rmSync(folder, { recursive: true })
})
