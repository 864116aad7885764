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

/** The result of a request that must succeed. */
export async function answer(reply: Response | Promise<Response>): Promise<Classification> {
  const response = await reply
  const json = await response.json()
  expect(response.status, JSON.stringify(json)).toBe(200)
  return json as Classification
}

/** Asserts a complete RFC 9457 error: status, code, fields and headers. Returns the response headers. */
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
  /** Whether the server sent 100 Continue before its response. */
  continued: boolean
}

/**
 * A request with full control over the declared length, Expect and method. With Expect, the body is sent after 100
 * Continue.
 */
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

/** Sends raw bytes and returns everything received until the server closes the connection or falls silent. */
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
  /** The response, which may arrive before the end, or the error. */
  replied: Promise<{ status: number; body: string }>
  /** Resolves once the system has accepted the bytes. */
  send(bytes: Uint8Array): Promise<void>
  /** Ends the body. Resolves to the response, or rejects with the error. */
  end(): Promise<{ status: number; body: string }>
  /** Disconnects midway. */
  leave(): void
}

/** A POST whose body the test controls. */
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
  reply.catch(() => {}) // The caller of end() gets the error.
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
