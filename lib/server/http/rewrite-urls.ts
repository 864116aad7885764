import { BASE_PATH, underBase } from '@/lib/shared/web/base-path'

const DESCRIPTION = '/api/openapi.json'

/**
 * Rewrites the URLs in a response of a remote API to this server's: `Location`, `Link` and the servers in the OpenAPI
 * document. Either server may use a base path.
 *
 * @param path the requested path, without the base path
 * @param there the path of the remote API's URL, ending in a slash
 */
export async function rewriteUrls(
  reply: Response,
  { path, there }: { path: string; there: string },
): Promise<Response> {
  if (BASE_PATH === '' && there === '/') return reply
  const here = (address: string) => (address.startsWith(there) ? underBase(`/${address.slice(there.length)}`) : address)
  const [location, link] = [reply.headers.get('location'), reply.headers.get('link')]
  if (location !== null) reply.headers.set('location', here(location))
  if (link !== null)
    reply.headers.set(
      'link',
      link.replaceAll(/<([^>]*)>/g, (_, address) => `<${here(address)}>`),
    )
  if (path !== DESCRIPTION || reply.status !== 200 || reply.body === null) return reply
  const { servers: _, ...document } = (await reply.json()) as { servers?: unknown }
  const headers = new Headers(reply.headers)
  headers.delete('content-length')
  return Response.json(BASE_PATH === '' ? document : { ...document, servers: [{ url: BASE_PATH }] }, { headers })
}
