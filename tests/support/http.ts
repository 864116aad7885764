import { request } from 'node:http'
import { connect } from 'node:net'
import { expect } from 'vitest'
import type { Classification } from '@/lib/shared/contract/contract'
import type { ProblemCode, ProblemDetails } from '@/lib/shared/problems/problem'

type Body = BodyInit | Uint8Array | null

/** Posts to /api/classify. */
export function classify(
  url: string,
  body: Body,
  { query = '', headers = {} }: { query?: string; headers?: HeadersInit } = {},
) {
  return fetch(`${url}/api/classify${query}`, {
    method: 'POST',
    body: body as BodyInit,
    headers,
    duplex: 'half',
  } as RequestInit)
}

/** The answer of a request that must succeed. */
export async function answer(reply: Response | Promise<Response>): Promise<Classification> {
  const response = await reply
  const json = await response.json()
  expect(response.status, JSON.stringify(json)).toBe(200)
  return json as Classification
}

/** Asserts a whole RFC 9457 refusal: status, code, fields and headers. Returns the response's headers. */
export async function refusal(
  reply: Response | Promise<Response>,
  status: number,
  code: ProblemCode,
): Promise<Headers> {
  const response = await reply
  const text = await response.text()
  expect(response.headers.get('content-type'), text).toBe('application/problem+json')
  const json = JSON.parse(text) as ProblemDetails
  expect({ status: response.status, code: json.code }).toEqual({ status, code })
  expect(json.status).toBe(status)
  expect(json.type).toBe(`urn:vision:problem:${code}`)
  expect(json.title.length).toBeGreaterThan(5)
  expect(json.detail.length).toBeGreaterThan(5)
  expect(json.request_id).toBe(response.headers.get('x-request-id'))
  return response.headers
}

export interface RawReply {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: string
  /** Whether the server asked for the body before it answered. */
  continued: boolean
}

/** A request with full control: declared length, Expect, method. The body is sent once the server asks, if it is to ask. */
export function raw(
  url: string,
  path: string,
  options: { method: string; headers?: Record<string, string>; body?: Uint8Array },
): Promise<RawReply> {
  return new Promise((resolve, reject) => {
    const { method, headers, body } = options
    let continued = false
    const call = request(url + path, { method, headers }, (reply) => {
      const chunks: Buffer[] = []
      reply.on('data', (chunk) => chunks.push(chunk))
      reply.on('end', () => {
        resolve({
          status: reply.statusCode ?? 0,
          headers: reply.headers,
          body: Buffer.concat(chunks).toString(),
          continued,
        })
        call.destroy()
      })
    })
    call.on('error', reject)
    call.on('continue', () => {
      continued = true
      call.end(body)
    })
    if (headers?.expect) call.flushHeaders()
    else call.end(body)
  })
}

/** Sends bytes as they are and returns everything that comes back until the server closes or falls silent. */
export function wire(
  url: string,
  bytes: string | Buffer,
  { halfClose = false, silenceMs = 500 } = {},
): Promise<string> {
  return new Promise((resolve) => {
    const { hostname, port } = new URL(url)
    let reply = ''
    const socket = connect(Number(port), hostname, () => {
      socket.write(bytes)
      if (halfClose) socket.end()
    })
    socket.setTimeout(silenceMs, () => socket.destroy())
    socket.on('data', (data) => (reply += data))
    socket.on('error', () => {})
    socket.on('close', () => resolve(reply))
  })
}

export interface OpenUpload {
  /** The reply, which may come before the end; or what came instead. */
  replied: Promise<{ status: number; body: string }>
  /** Resolves when the system has taken the bytes. */
  send(bytes: Uint8Array): Promise<void>
  /** Ends the body; the reply, or what came instead. */
  end(): Promise<{ status: number; body: string }>
  /** Leaves in the middle. */
  leave(): void
}

/** A POST whose body is sent as the test wants. */
export function openUpload(url: string, headers: Record<string, string>): OpenUpload {
  const call = request(url, { method: 'POST', headers })
  const reply = new Promise<{ status: number; body: string }>((resolve, reject) => {
    call.on('error', reject)
    call.on('response', async (response) => {
      let body = ''
      for await (const chunk of response) body += chunk
      resolve({ status: response.statusCode ?? 0, body })
    })
  })
  reply.catch(() => {}) // Whoever ends it hears of it.
  return {
    replied: reply,
    send: (bytes) => new Promise((resolve) => call.write(bytes, () => resolve())),
    end() {
      call.end()
      return reply
    },
    leave: () => void call.destroy(),
  }
}
