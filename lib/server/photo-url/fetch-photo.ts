import { type LookupAddress, lookup as systemLookup } from 'node:dns'
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { isIP } from 'node:net'
import { bytes as formatBytes } from '@/lib/shared/i18n/format'
import { Problem } from '@/lib/shared/problems/problem'
import { isOutOfDescriptors } from '../storage/storage-errors'
import { isPublicAddress } from './public-address'

export interface FetchOptions {
  /** A larger photo is not read to its end. */
  maxBytes: number
  /** From the first connection to the last byte, redirects too. */
  timeoutMs: number
  /** Hosts as `host:port` that are reached whatever their address: an intranet's, a test's. */
  allow: readonly string[]
  /** Told of the bytes as they come; what it throws ends it. */
  came?(bytes: number): void
  /** Resolves names; the system's if absent. */
  lookup?: typeof systemLookup
}

const MAX_REDIRECTS = 5
const REDIRECTS = new Set([301, 302, 303, 307, 308])
/** Other ports are other services, which a stranger shall not reach through us. */
const PORTS = new Set(['', '80', '443'])

/**
 * Fetches a photo from the web without letting the caller reach what only this server can: http and https on their own ports,
 * public addresses, checked on the very address that is connected to and again at every redirect; bounded in bytes and in time.
 *
 * @throws Problem `url_refused`, `url_unreachable`, `too_large`
 */
export async function fetchPhoto(address: string, options: FetchOptions, signal?: AbortSignal): Promise<Uint8Array> {
  // Before anything is begun: of long lists many are refused, and a clock for each would tick on.
  let url = permitted(address, options)
  const { deadline, clear } = timeLimit(options.timeoutMs)
  const stop = signal ? AbortSignal.any([signal, deadline]) : deadline
  try {
    for (let hops = 0; ; hops++) {
      const reply = await open(url, options, stop)
      const location = REDIRECTS.has(reply.statusCode ?? 0) ? reply.headers.location : undefined
      if (location === undefined) return await body(reply, url, options)
      reply.destroy()
      if (hops === MAX_REDIRECTS)
        throw new Problem('url_unreachable', `${url.host} redirects more than ${MAX_REDIRECTS} times.`)
      url = permitted(new URL(location, url).href, options)
    }
  } catch (error) {
    throw reason(error, options.timeoutMs, deadline, signal)
  } finally {
    clear()
  }
}

/** A signal that is given when the time is up, unless it is cleared: one of the system lives to its end whatever becomes of its use. */
export function timeLimit(ms: number): { deadline: AbortSignal; clear(): void } {
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(), ms)
  return { deadline: controller.signal, clear: () => clearTimeout(timer) }
}

/** What went wrong on the way to an address, as a problem that tells a stranger nothing of our network. */
export function reason(error: unknown, timeoutMs: number, deadline: AbortSignal, signal?: AbortSignal): unknown {
  if (error instanceof Problem) return error
  if (signal?.aborted) return signal.reason
  if (deadline.aborted) return new Problem('url_unreachable', `No answer came within ${timeoutMs / 1000} s.`)
  // Not the address is at fault.
  if (isOutOfDescriptors(error)) return error
  // The system's words can name what stands there; its code does not.
  const { code = 'no connection' } = error as NodeJS.ErrnoException
  return new Problem('url_unreachable', `The address cannot be read (${code}).`, { cause: error })
}

/**
 * The address as a URL that may be asked for; a host that is an address is judged here, a name when it is resolved.
 *
 * @throws Problem `url_refused`
 */
export function permitted(address: string, { allow }: Pick<FetchOptions, 'allow'>): URL {
  if (!URL.canParse(address)) throw new Problem('url_refused', 'This is not a web address.')
  const url = new URL(address)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new Problem('url_refused', 'Only addresses that begin with http:// or https:// are fetched.')
  }
  if (url.username || url.password) throw new Problem('url_refused', 'An address with a password in it is not fetched.')
  if (isAllowed(url, allow)) return url
  if (!PORTS.has(url.port))
    throw new Problem('url_refused', `Port ${url.port} is not fetched from; only 80 and 443 are.`)
  const host = hostOf(url)
  if (isIP(host) && !isPublicAddress(host)) throw notPublic()
  return url
}

function isAllowed(url: URL, allow: readonly string[]): boolean {
  const port = url.port || (url.protocol === 'https:' ? '443' : '80')
  return allow.includes(`${url.hostname}:${port}`)
}

/** The host without the brackets of an IPv6 address. */
function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '')
}

function notPublic(): Problem {
  return new Problem('url_refused', 'The address is not on the public internet.')
}

interface Sent {
  method: string
  body: string
  headers: Record<string, string>
}

/** Connects, to public addresses only; `sent` makes it another request than one for a photo. */
export function open(
  url: URL,
  options: Pick<FetchOptions, 'allow' | 'lookup'>,
  signal: AbortSignal,
  sent?: Sent,
): Promise<IncomingMessage> {
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest
  const settings: RequestOptions = {
    signal,
    // A pooled connection would have been checked for another request.
    agent: false,
    method: sent?.method ?? 'GET',
    headers: {
      accept: sent ? '*/*' : 'image/*',
      'accept-encoding': 'identity',
      'user-agent': 'vision-object-classifier',
      ...sent?.headers,
    },
    lookup: guarded(options.lookup ?? systemLookup, isAllowed(url, options.allow)),
  }
  return new Promise((resolve, reject) => {
    send(url, settings, resolve).on('error', reject).end(sent?.body)
  })
}

type Callback = (error: Error | null, address: string | LookupAddress[], family?: number) => void

/** A lookup that hands out public addresses only, so that what was checked is what is connected to. */
function guarded(lookup: typeof systemLookup, allowed: boolean): NonNullable<RequestOptions['lookup']> {
  return (hostname, options, callback: Callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, [])
      const [first] = addresses
      // One that is not public among public ones is an attack, or a mistake that would serve as one.
      if (!allowed && addresses.some(({ address }) => !isPublicAddress(address))) return callback(notPublic(), [])
      if (first === undefined) return callback(new Error('no address'), [])
      if (options.all) callback(null, addresses)
      else callback(null, first.address, first.family)
    })
  }
}

async function body(
  reply: IncomingMessage,
  url: URL,
  { maxBytes, came }: Pick<FetchOptions, 'maxBytes' | 'came'>,
): Promise<Uint8Array> {
  const tooLarge = () => {
    reply.destroy()
    return new Problem('too_large', `The file is larger than the ${formatBytes(maxBytes)} that are allowed.`)
  }
  if (reply.statusCode !== 200) {
    reply.destroy()
    throw new Problem('url_unreachable', `${url.host} answers with HTTP ${reply.statusCode}.`)
  }
  if (Number(reply.headers['content-length'] ?? 0) > maxBytes) throw tooLarge()
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of reply as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > maxBytes) throw tooLarge()
    came?.(chunk.length)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, length)
}
