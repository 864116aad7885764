/**
 * A running server as given on the command line: `https://host`, or `https://user:password@host` if it requires signing
 * in.
 */
export interface Server {
  origin: string
  url(path: string): URL
  headers: Record<string, string>
}

/**
 * @param token the operator token, which takes precedence over user name and password, because a request has only one
 * Authorization header
 */
export function serverAt(base: string, token?: string): Server {
  const root = new URL(base.endsWith('/') ? base : `${base}/`)
  const { username, password } = root
  root.username = ''
  root.password = ''
  const secret = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')
  const authorization = token ? `Bearer ${token}` : username ? `Basic ${secret}` : undefined
  return {
    origin: root.origin,
    url: (path) => new URL(path, root),
    headers: authorization ? { authorization } : {},
  }
}
