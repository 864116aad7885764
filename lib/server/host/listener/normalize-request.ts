import type { IncomingMessage } from 'node:http'
import { malformedProblem, readTarget, requireHost, type Target } from './request-target'

/** The host of requests without one: load balancer probes use HTTP/1.0, which has no Host header. */
const DEFAULT_HOST = 'localhost'

/**
 * Parses the target of a request and normalizes the request for the code behind: its `url` is a path, and it has
 * exactly one Host.
 *
 * @throws Problem `malformed_request`
 */
export function normalizeRequest(request: IncomingMessage): Target {
  const target = readTarget(request.url ?? '', request.method ?? '')
  const hosts = hostsOf(request)
  if (hosts.length > 1) throw malformedProblem('it has more than one Host')
  if (hosts.length === 0 && request.httpVersion !== '1.0') throw malformedProblem('it has no Host')
  const host = target.host ?? requireHost(hosts[0] || DEFAULT_HOST)
  if (host !== hosts[0]) setHost(request, host)
  request.url = target.url
  return target
}

function hostsOf({ rawHeaders }: IncomingMessage): string[] {
  const hosts: string[] = []
  for (let i = 0; i < rawHeaders.length; i += 2) {
    if (isHost(rawHeaders[i])) hosts.push(rawHeaders[i + 1] ?? '')
  }
  return hosts
}

/** Next.js reads the headers, the API's adapter the raw headers. */
function setHost(request: IncomingMessage, host: string): void {
  request.headers.host = host
  const { rawHeaders } = request
  const at = rawHeaders.findIndex((name, i) => i % 2 === 0 && isHost(name))
  if (at < 0) rawHeaders.push('Host', host)
  else rawHeaders[at + 1] = host
}

function isHost(name: string | undefined): boolean {
  return name?.length === 4 && name.toLowerCase() === 'host'
}
