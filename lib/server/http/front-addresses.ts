import { BASE_PATH, underBase } from '@/lib/shared/web/base-path'

const DESCRIPTION = '/api/openapi.json'

/**
 * A reply of the API elsewhere whose addresses are those of this server: `Location`, `Link` and the servers of the description. Either may be under a path.
 *
 * @param path that was asked for, as the product knows it
 * @param there the path of the API's address, which ends with a slash
 */
export async function readdressed(
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
