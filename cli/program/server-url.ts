/** A running server as the command line names it: `https://host`, or `https://user:password@host` where it asks for them. */
export interface Server {
  origin: string
  url(path: string): URL
  headers: Record<string, string>
}

/** @param token the operator’s, which goes before name and password: a request has one Authorization */
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
