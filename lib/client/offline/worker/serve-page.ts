import { withDeadline } from '../with-deadline'
import { build } from './build'
import { isolate } from './isolate'
import { pageOf } from './keep'
import { addressOf, CACHE, findOwn, isThisVersion } from './versions'

/** How long a page that is kept waits for the network. */
const PATIENCE_MS = 4000
const UPDATE_MS = 5000
/** A proxy sends them in place of a server that is away. */
const AWAY = [502, 503, 504]

/**
 * Serves a page: from the network; from this version's cache if the network doesn't answer in time, or if its page
 * belongs to a version that is offered to the visitor. Pages that need the server become one that says so.
 *
 * @param fallback the path of that page
 */
export async function servePage(
  { request }: FetchEvent,
  path: string,
  fallback: string,
  registration: ServiceWorkerRegistration,
): Promise<Response> {
  const kept = build.pages.includes(path) ? await findOwn(path) : undefined
  try {
    const network = fetch(request)
    const response = await (kept ? withDeadline(network, PATIENCE_MS) : network)
    if (AWAY.includes(response.status)) return isolate(kept ?? response)
    return isolate(kept ? await newest(response, kept, { request, path, registration }) : response)
  } catch (error) {
    const found = kept ?? (await findOwn(fallback))
    if (found === undefined) throw error
    return isolate(found)
  }
}

interface Asked {
  request: Request
  path: string
  registration: ServiceWorkerRegistration
}

/** The page from the network, if it belongs to this version or no other one can be offered. */
async function newest(response: Response, kept: Response, { request, path, registration }: Asked): Promise<Response> {
  if (!response.ok || !response.headers.get('content-type')?.startsWith('text/html')) return response
  const html = await response.clone().text()
  if (isThisVersion(html)) {
    // What a query changes belongs to this visit alone.
    if (new URL(request.url).search === '') {
      // A full disk leaves the page that was kept before.
      await (await caches.open(CACHE)).put(addressOf(path), pageOf(response, html)).catch(() => {})
    }
    return response
  }
  await withDeadline(registration.update(), UPDATE_MS).catch(() => {})
  return registration.installing || registration.waiting ? kept : response
}
