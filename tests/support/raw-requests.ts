import { connect } from 'node:net'
import { dice } from './mutate'

/** The bytes of a request, possibly malformed. */
export type RawRequest = Buffer

/** Random numbers from 0 to 1. */
type Random = () => number

/** Seeded random numbers. */
export function seeded(seed: number): Random {
  const roll = dice(seed)
  return () => roll(2 ** 30) / 2 ** 30
}

/** Splits a list separated by `¦`. */
const list = (text: string) => text.split(/¦\s*/)

const METHODS = list(`GET¦GET¦GET¦POST¦POST¦POST¦HEAD¦OPTIONS¦DELETE¦PUT¦PATCH¦TRACE¦CONNECT¦PROPFIND¦M-SEARCH¦QUERY¦
  PRI¦get¦¦G\0T¦GET\t¦POST POST¦é`)
const PATHS = list(`/api/classify¦/api/classify?stream=1¦/api/classify?top_k=3¦/api/models¦/api/models/fast/labels¦
  /api/explain¦/api/photo¦/api/jobs¦/api/jobs?open=1¦/api/jobs/nobody/results¦/api/jobs/nobody/events¦/api/feedback¦
  /api/site¦/api/openapi.json¦/health/live¦/health/ready¦/health/status¦/metrics`)
const TARGETS = [
  ...PATHS,
  ...PATHS,
  ...PATHS.map((path) => `/${path}`),
  ...PATHS.map((path) => path.replace(/(\?|$)/, '/$1')),
  ...PATHS.map((path) => `http://localhost${path}`),
  ...list(`*¦¦?¦#¦.¦\\¦/%2e%2e/api/models¦/x/../api/models¦/api/../api/site¦/api\\models¦/api/models/%ff/labels¦
    /api/models/%zz/labels¦/api/jobs/%00¦/api/jobs/..%2f..¦http://¦http:///¦http://[¦http://[::1]:99999/¦http://a b/¦
    http://u:p@x/api/models¦HTTP://X/health/live¦ftp://x/¦localhost:80¦api/models¦/api/classify?top_k¦
    /api/classify?%zz=%ff¦/api?\0¦/api\r`),
  `/api/models/${'%41'.repeat(3000)}/labels`,
  `/${'a'.repeat(40_000)}`,
  `/api/${'/'.repeat(5000)}models`,
]
/** Targets that Next.js serves, which takes longer. */
const PAGES = list(`/¦//¦///¦/.¦/..¦/../..¦/\\¦//x¦///x/y¦/%¦/%zz¦/%00¦/%ff¦/é¦/?\0¦/icons/../models¦/icons/%2e%2e/¦
  /api/../../etc/passwd¦https://x¦/_next/image?url=%2f%2fx&w=1¦/_next/static/%zz¦/_next/data/x/y.json¦/favicon.ico¦
  /gallery/koala.webp¦/gallery/koala.webp¦/gallery/koala.webp¦/models/¦/${'a'.repeat(9000)}`)
const VERSIONS = [
  ...Array(30).fill('HTTP/1.1'),
  ...list('HTTP/1.0¦HTTP/1.0¦HTTP/0.9¦HTTP/2.0¦HTTP/9.9¦http/1.1¦HTTP/1.1 x¦HTTP/11¦HTTP/1.¦¦ICY'),
]
const HOSTS = [
  ...Array(25).fill('Host: localhost\r\n'),
  '',
  ...list(`Host:¦Host: a\r\nHost: b¦Host: a b¦Host: x/y¦Host: u@x¦Host: [::1]:3000¦Host: [¦Host: x:99999¦Host: 0x7f.1¦
    Host: é¦Host: \\¦HOST:x`).map((line) => `${line}\r\n`),
  `Host: ${'x'.repeat(5000)}\r\n`,
]
const HEADERS = [
  ...list(`Connection: close¦Connection: keep-alive¦Connection: upgrade, close, x¦Connection: Upgrade\r\nUpgrade: websocket¦
    Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk¦Upgrade: TLS/1.0¦Keep-Alive: x¦
    Expect: 100-continue¦Expect: banana¦Expect:¦TE: trailers, deflate;q=zz¦Trailer: x¦Max-Forwards: -1¦Cookie: %%%=;;;=%zz¦
    Authorization: Basic¦Authorization: Basic ==¦Authorization: Bearer ¦Authorization: Basic YTpi¦Accept: text/html¦
    Accept: \t,;q=¦Accept: */*;q=zz¦Accept-Encoding: gzip;q=nan, br, *¦Accept-Language: -,;;q=9¦X-Request-Id: a b¦
    X-Request-Id: sane¦X-Forwarded-For: ,,::1,%¦X-Forwarded-Proto: \\¦X-Forwarded-Host: a b¦Origin: null¦Origin: %¦
    Referer: //¦Sec-Fetch-Site: x¦Range: bytes=9999999-¦Range: bytes=z¦If-Match: "x"¦If-None-Match: *¦
    If-Unmodified-Since: Mon, 01 Jan 1990 00:00:00 GMT¦Traceparent: 00-0-0-0¦Last-Event-ID: -1¦Idempotency-Key: \t¦
    RSC: 1\r\nNext-Router-State-Tree: %zz¦Next-Action: abc¦x-middleware-subrequest: proxy¦x-nextjs-data: 1¦
    X: a\r\n folded¦No colon¦: no name¦Space : x¦Bad\0Name: x¦X: a\0b¦X: \x01\x7f¦X: caf\xe9¦X: a\nY: b¦X: a\rY: b¦
    __proto__: x¦constructor: x¦Access-Control-Request-Method: POST¦Content-Encoding: gzip¦Content-Length`),
  ' Folded: first',
  `X-Request-Id: ${'i'.repeat(400)}`,
  `X: ${'v'.repeat(20_000)}`,
  Array(60).fill('X: y').join('\r\n'),
]
const TYPES =
  list(`application/json¦application/json; charset=utf-16¦multipart/form-data; boundary=x¦multipart/form-data¦
  multipart/form-data; boundary="¦multipart/form-data; boundary=¦text/csv¦application/zip¦image/jpeg¦/¦a/b; =; ;`)
const BODIES = [
  ...list(`¦{¦{}¦[]¦null¦{"image":"AAAA"}¦{"url":"http://127.0.0.1/"}¦{"url":3,"model":{}}¦\xff\xfe{}¦
    GET / HTTP/1.1\r\n\r\n¦--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nabc\r\n--x--\r\n¦--x--¦
    --x\r\n\r\n¦--x\r\n:\r\n\r\nabc\r\n--x¦file,url\n1,2\n¦PK\x03\x04¦\xff\xd8\xff\xe0¦GIF89a\x01`),
  'PK\x05\x06'.padEnd(22, '\0'),
  '\0'.repeat(300),
  'a'.repeat(70_000),
]

/**
 * Generates a random request: usually with one defect, sometimes with many or none.
 *
 * @param pages the share of requests for pages
 */
export function rawRequest(random: Random, pages = 0.05): RawRequest {
  const one = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
  const chance = (share: number) => random() < share
  const method = chance(0.85) ? one(METHODS.slice(0, 9)) : one(METHODS)
  const headers = Array.from(
    { length: chance(0.5) ? 0 : 1 + Math.floor(random() * 2) },
    () => `${one(HEADERS)}\r\n`,
  ).join('')
  const body = method === 'POST' || chance(0.15) ? framed(one(BODIES), one, chance) : '\r\n'
  const type = chance(0.5) ? `Content-Type: ${one(TYPES)}\r\n` : ''
  const text = `${method} ${chance(pages) ? one(PAGES) : one(TARGETS)} ${one(VERSIONS)}\r\n${one(HOSTS)}${headers}${type}${body}`
  const next = chance(0.05) ? 'GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n' : ''
  return chance(0.12) ? spoilt(Buffer.from(text + next, 'latin1'), random) : Buffer.from(text + next, 'latin1')
}

/** The framing headers and a body that may or may not match them. */
function framed(body: string, one: <T>(list: readonly T[]) => T, chance: (share: number) => boolean): string {
  const size = body.length
  const chunk = `${size.toString(16)}\r\n${body}\r\n`
  const chunked = size > 0 ? `${chunk}0\r\n\r\n` : '0\r\n\r\n'
  if (chance(0.3)) return `Content-Length: ${size}\r\n\r\n${body}`
  if (chance(0.3)) return `Transfer-Encoding: chunked\r\n\r\n${chunked}`
  const lengths = [size + 10, size - 3, -1, `+${size}`, `0x${size}`, `${size}, ${size}`, '1e3', '9'.repeat(30), '']
  const codings = list(
    'xchunked¦chunked, identity¦gzip, chunked¦gzip¦\x0bchunked¦chunked\r\nTransfer-Encoding: x¦Chunked',
  )
  const extension = `5;${'e'.repeat(20_000)}\r\nabcde\r\n0\r\n\r\n`
  const chunks = [chunk, `-1\r\n${body}\r\n0\r\n\r\n`, `zz\r\n${body}`, `${'f'.repeat(20)}\r\n${body}`, extension]
  const bare = ['3\nabc\n0\n\n', '1\r\nabc\r\n0\r\n\r\n', `${chunk}0\r\nX: trailer\r\nHost: y\r\n\r\n`]
  return one([
    `\r\n${body}`,
    ...lengths.map((length) => `Content-Length: ${length}\r\n\r\n${body}`),
    ...codings.map((coding) => `Transfer-Encoding: ${coding}\r\n\r\n${chunked}`),
    ...[...chunks, ...bare].map((wrong) => `Transfer-Encoding: chunked\r\n\r\n${wrong}`),
    `Content-Length: ${size}\r\nContent-Length: ${size + 1}\r\n\r\n${body}`,
    `Content-Length: ${size}\r\nTransfer-Encoding: chunked\r\n\r\n${chunked}`,
    `Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n${chunked}`,
    `Transfer-Encoding : chunked\r\n\r\n${chunked}`,
  ])
}

/** Changes, removes or inserts some bytes, or truncates the request. */
function spoilt(bytes: Buffer, random: Random): Buffer {
  let result = bytes
  const times = 1 + Math.floor(random() * 4)
  for (let i = 0; i < times; i++) {
    // The start of a request has the most effect.
    const at = Math.floor(random() * Math.min(result.length, 300))
    const byte = Buffer.from([Math.floor(random() * 256)])
    const kind = random()
    if (kind < 0.1) result = result.subarray(0, at)
    else if (kind < 0.4) result = Buffer.concat([result.subarray(0, at), result.subarray(at + 1)])
    else result = Buffer.concat([result.subarray(0, at), byte, result.subarray(kind < 0.7 ? at : at + 1)])
  }
  return result
}

export interface Outcome {
  /** Status of the first response; null if the connection was closed without one. */
  status: number | null
  ms: number
}

/** How long to wait for a response before closing the sending side, as a client with an incomplete request does. */
const HALF_CLOSE_MS = 150
/** When a request counts as forgotten. A busy machine takes seconds for many at once. */
const DEADLINE_MS = 60_000

/**
 * Sends bytes on a new connection and waits for a response or for the connection to close. Without a response, it
 * closes the sending side.
 *
 * @throws Error if neither happens within five seconds
 */
export function sendRaw(port: number, bytes: RawRequest): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const start = performance.now()
    let reply = ''
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true }, () => socket.write(bytes))
    const leave = setTimeout(() => socket.end(), HALF_CLOSE_MS)
    const never = setTimeout(() => {
      reject(new Error(`No response to ${JSON.stringify(bytes.toString('latin1', 0, 2000))}`))
      socket.destroy()
    }, DEADLINE_MS)
    const done = () => {
      clearTimeout(leave)
      clearTimeout(never)
      const status = /^HTTP\/1\.[01] (\d{3}) /.exec(reply)?.[1]
      if (reply !== '' && status === undefined) reject(new Error(`Not an HTTP response: ${reply.slice(0, 200)}`))
      resolve({ status: status === undefined ? null : Number(status), ms: performance.now() - start })
      socket.destroy()
    }
    socket.on('data', (data) => {
      reply += data.toString('latin1')
      // 100 Continue isn't the response.
      if (reply.startsWith('HTTP/1.1 100 Continue\r\n\r\n')) reply = reply.slice(25)
      if (reply.includes('\r\n\r\n')) done()
    })
    socket.on('end', () => (reply === '' ? done() : undefined))
    socket.on('error', () => {}) // Connections closed while sending.
    socket.on('close', done)
  })
}
