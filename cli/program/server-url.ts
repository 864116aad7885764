import { commandApiKey } from '@/lib/server/config/environment'
import { EXIT, Failure } from './exit'

/**
 * A running server as given on the command line: `https://host`, or `https://user:password@host` if it requires signing
 * in. A server that requires API keys gets the one in `VISION_API_KEY`.
 */
export interface Server {
  origin: string
  url(path: string): URL
  headers: Record<string, string>
}

/**
 * @param token the operator token, which takes precedence over user name and password, because a request has only one
 * Authorization header
 * @throws Failure if it is not an HTTP URL
 */
export function serverAt(base: string, token?: string): Server {
  const root = parseUrl(base)
  const { username, password } = root
  root.username = ''
  root.password = ''
  const secret = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')
  const key = commandApiKey()
  const authorization = token ? `Bearer ${token}` : username ? `Basic ${secret}` : undefined
  return {
    origin: root.origin,
    url: (path) => new URL(path, root),
    headers: { ...(authorization && { authorization }), ...(key && !token && { 'x-api-key': key }) },
  }
}

function parseUrl(base: string): URL {
  const url = URL.canParse(base) ? new URL(base.endsWith('/') ? base : `${base}/`) : null
  if (url && /^https?:$/.test(url.protocol)) return url
  throw new Failure(EXIT.usage, `${base} is not a server URL. Use a URL such as http://localhost:3000.`)
}
