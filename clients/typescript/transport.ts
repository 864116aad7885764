import { Deadline, sleep } from './deadline.js'
import { errorFrom, VisionError } from './error.js'
import { readLines } from './lines.js'

/** Settings of a client. */
export interface VisionOptions {
  /** Where the server is, with the path that it is served under: `https://vision.example` or `https://example/vision`. */
  url: string | URL
  /** Sent as `Authorization: Bearer …`. */
  apiKey?: string | undefined
  /** Sent with every request. */
  headers?: Record<string, string> | undefined
  /** How often a request is repeated that a busy server refused or whose connection failed. Default: 4. */
  retries?: number | undefined
  /** The longest wait before a retry in milliseconds; if the server asks for more, the call fails. Default: 60,000. */
  maxRetryWaitMs?: number | undefined
  /** Milliseconds that a request may take, or a stream may be silent. Default: 120,000. */
  timeoutMs?: number | undefined
  /** A replacement for the global `fetch`. */
  fetch?: typeof fetch | undefined
}

/** Options of a single call. */
export interface CallOptions {
  /** Ends the call, which then rejects with the signal's reason. */
  signal?: AbortSignal | undefined
}

/** A request. */
export interface Call {
  method?: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  path: string
  /** Undefined values are left out. */
  query?: object
  headers?: Record<string, string>
  body?: Blob | FormData | string
  /** Whether it may be sent again when it is unknown if the server has acted on it. Default: true. */
  repeatable?: boolean
}

const RETRIES = 4
const MAX_RETRY_WAIT_MS = 60_000
const TIMEOUT_MS = 120_000
const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 8000
/** The server, or the proxy before it, couldn't take the request now. */
const BUSY_STATUSES: readonly number[] = [429, 502, 503, 504]
const TOO_MANY_REQUESTS = 429

/** Sends requests, with retries. */
export class Transport {
  readonly retries: number
  private readonly base: string
  private readonly headers: Record<string, string>
  private readonly fetch: typeof fetch
  private readonly maxWaitMs: number
  private readonly timeoutMs: number

  constructor(options: VisionOptions) {
    const { apiKey, headers } = options
    this.base = new URL(options.url).href.replace(/\/+$/, '')
    this.headers = { ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }), ...headers }
    // Browsers refuse a fetch that is called as a method of another object.
    this.fetch = options.fetch ?? ((input, init) => fetch(input, init))
    this.retries = options.retries ?? RETRIES
    this.maxWaitMs = options.maxRetryWaitMs ?? MAX_RETRY_WAIT_MS
    this.timeoutMs = options.timeoutMs ?? TIMEOUT_MS
  }

  /** The JSON of a reply. @throws VisionError, or the signal's reason */
  json<T>(call: Call, options: CallOptions): Promise<T> {
    return this.send(call, options, async (response, deadline) => {
      const body = await response.text()
      deadline.end()
      return parseReply<T>(body, response.status)
    })
  }

  /** A reply as it comes: its headers and its whole body. */
  whole(call: Call, options: CallOptions): Promise<{ headers: Headers; body: Blob }> {
    return this.send(call, options, async (response, deadline) => {
      const body = await response.blob()
      deadline.end()
      return { headers: response.headers, body }
    })
  }

  /** The lines of a reply as they arrive. The request is repeated only until the first of them. */
  async *lines(call: Call, options: CallOptions): AsyncGenerator<string, void, undefined> {
    const { body, deadline } = await this.send(call, options, async (response, deadline) => ({
      body: response.body,
      deadline,
    }))
    try {
      if (body) yield* readLines(body, () => deadline.extend())
    } catch (error) {
      throw deadline.explain(error)
    } finally {
      deadline.end({ abort: true })
    }
  }

  /**
   * Waits before the next attempt.
   *
   * @param attempt how many attempts have failed before this one
   * @throws the error itself if another attempt doesn't help or the server asks for a longer wait
   */
  async waitToRetry(error: unknown, attempt: number, { repeatable = true }: Call, { signal }: CallOptions) {
    if (attempt >= this.retries || !(error instanceof VisionError) || !mayRetry(error, repeatable)) throw error
    const wait = error.retryAfterMs ?? backoff(attempt)
    if (wait > this.maxWaitMs) throw error
    await sleep(wait, signal)
  }

  private async send<T>(
    call: Call,
    options: CallOptions,
    read: (response: Response, deadline: Deadline) => Promise<T>,
  ): Promise<T> {
    for (let attempt = 0; ; attempt++) {
      options.signal?.throwIfAborted()
      const deadline = new Deadline(this.timeoutMs, options.signal)
      try {
        const response = await this.fetch(...this.request(call, deadline.signal))
        if (!response.ok) throw await errorFrom(response)
        return await read(response, deadline)
      } catch (error) {
        deadline.end()
        await this.waitToRetry(deadline.explain(error), attempt, call, options)
      }
    }
  }

  private request({ method = 'GET', path, query = {}, headers, body }: Call, signal: AbortSignal) {
    const search = new URLSearchParams(Object.entries(given(query)).map(([name, value]) => [name, textOf(value)]))
    const init = { method, headers: { ...this.headers, ...headers }, body: body ?? null, signal }
    return [`${this.base}${path}${search.size > 0 ? `?${search}` : ''}`, init] as const
  }
}

/** A list is one parameter, with commas between its entries and quotes around those that have one, as in CSV. */
function textOf(value: unknown): string {
  if (!Array.isArray(value)) return String(value)
  return value.map((entry) => (/[,"\n]/.test(entry) ? `"${entry.replaceAll('"', '""')}"` : entry)).join(',')
}

/** The values that aren't undefined. */
export function given(values: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
}

function mayRetry({ code, status }: VisionError, repeatable: boolean): boolean {
  // It was refused before anything was done.
  if (status === TOO_MANY_REQUESTS) return true
  return repeatable && (code === 'unreachable' || BUSY_STATUSES.includes(status))
}

/** Doubles from try to try, with chance, so that many clients don't return at the same moment. In milliseconds. */
function backoff(attempt: number): number {
  return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** attempt) * (0.5 + Math.random() / 2)
}

/** @throws VisionError `unexpected_response` */
export function parseReply<T>(body: string, status = 200): T {
  try {
    return JSON.parse(body) as T
  } catch {
    throw new VisionError({ code: 'unexpected_response', detail: 'The response isn’t JSON.', status })
  }
}
