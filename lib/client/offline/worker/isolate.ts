const HEADERS = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' }

/**
 * Adds the headers that isolate a page or a worker from other origins, where the host sends none, as plain file servers
 * do. Only isolated pages may share memory between threads, which decoding photos needs.
 */
export function isolate(response: Response): Response {
  // A redirect that the browser follows itself can't be read, and a response without a body has no content to isolate.
  if (response.type === 'opaqueredirect' || response.status === 0 || response.body === null) return response
  if (Object.keys(HEADERS).every((name) => response.headers.has(name))) return response
  const headers = new Headers(response.headers)
  for (const [name, value] of Object.entries(HEADERS)) if (!headers.has(name)) headers.set(name, value)
  const { status, statusText } = response
  return new Response(response.body, { status, statusText, headers })
}
