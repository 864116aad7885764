import { type LookupAddress, lookup as systemLookup } from 'node:dns'
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { isIP } from 'node:net'
import { Problem } from '@/lib/shared/problems/problem'
import { isOutOfDescriptors } from '../storage/storage-errors'
import { isPublicAddress } from './public-address'

/** Which URLs may be requested, and how host names are resolved. */
export interface RequestPolicy {
  /** Hosts, as `host:port`, that are allowed whatever their IP address, for example in an intranet or a test. */
  allow: readonly string[]
  /** Resolves host names; defaults to the system's resolver. */
  lookup?: typeof systemLookup
}

/** Other ports are other services, which clients must not reach through this server. */
const PORTS = new Set(['', '80', '443'])

/**
 * A signal that aborts after a time, unless cleared. AbortSignal.timeout can't be cleared: it lives until its time is
 * up.
 */
export function timeLimit(ms: number): { deadline: AbortSignal; clear(): void } {
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(), ms)
  return { deadline: controller.signal, clear: () => clearTimeout(timer) }
}

/** Converts a network error to a problem that reveals nothing about this server's network. */
export function toUrlProblem(error: unknown, timeoutMs: number, deadline: AbortSignal, signal?: AbortSignal): unknown {
  if (error instanceof Problem) return error
  if (signal?.aborted) return signal.reason
  if (deadline.aborted)
    return new Problem(
      'url_unreachable',
      `The server of this URL didn’t respond within ${timeoutMs / 1000} s. Try again later.`,
    )
  // The URL isn't the cause.
  if (isOutOfDescriptors(error)) return error
  // The system's message can name internal hosts; its code can't.
  const { code = 'no connection' } = error as NodeJS.ErrnoException
  return new Problem('url_unreachable', `The URL can’t be read (${code}). Check the URL.`, {
    cause: error,
  })
}

/**
 * Parses and checks a URL. An IP address is checked here, a host name when it is resolved.
 *
 * @throws Problem `url_refused`
 */
export function parseAllowedUrl(address: string, { allow }: Pick<RequestPolicy, 'allow'>): URL {
  if (!URL.canParse(address))
    throw new Problem('url_refused', 'This isn’t a valid URL. Use one like https://example.com/photo.jpg.')
  const url = new URL(address)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new Problem('url_refused', 'Only http:// and https:// URLs are allowed.')
  }
  if (url.username || url.password)
    throw new Problem('url_refused', 'URLs with a user name or password aren’t allowed.')
  if (isAllowed(url, allow)) return url
  if (!PORTS.has(url.port))
    throw new Problem('url_refused', `Port ${url.port} isn’t allowed. Use a URL on port 80 or 443.`)
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
  return new Problem('url_refused', 'The URL isn’t on the public internet. Use a public URL.')
}

interface OutgoingRequest {
  method: string
  body: string
  headers: Record<string, string>
}

/** Sends a request, to public addresses only: a GET for a photo, or the request in `sent`. */
export function sendRequest(
  url: URL,
  options: RequestPolicy,
  signal: AbortSignal,
  outgoing?: OutgoingRequest,
): Promise<IncomingMessage> {
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest
  const settings: RequestOptions = {
    signal,
    // A pooled connection would have been checked for another request.
    agent: false,
    method: outgoing?.method ?? 'GET',
    headers: {
      accept: outgoing ? '*/*' : 'image/*',
      'accept-encoding': 'identity',
      'user-agent': 'vision-object-classifier',
      ...outgoing?.headers,
    },
    lookup: publicOnlyLookup(options.lookup ?? systemLookup, isAllowed(url, options.allow)),
  }
  return new Promise((resolve, reject) => {
    send(url, settings, resolve).on('error', reject).end(outgoing?.body)
  })
}

type Callback = (error: Error | null, address: string | LookupAddress[], family?: number) => void

/** A lookup that returns only public addresses, so that the checked address is the one that is connected to. */
function publicOnlyLookup(lookup: typeof systemLookup, allowed: boolean): NonNullable<RequestOptions['lookup']> {
  return (hostname, options, callback: Callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, [])
      const [first] = addresses
      // A private address among public ones is an attack, or a mistake that enables one.
      if (!allowed && addresses.some(({ address }) => !isPublicAddress(address))) return callback(notPublic(), [])
      if (first === undefined) return callback(new Error('no address'), [])
      if (options.all) callback(null, addresses)
      else callback(null, first.address, first.family)
    })
  }
}
