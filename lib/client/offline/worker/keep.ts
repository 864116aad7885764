import { build } from './build'
import { addressOf, CACHE, findFile, isHashed, isThisVersion } from './versions'

/** Downloads at a time. */
const LANES = 6
/** For one file on a slow connection; ONNX Runtime has 3 MB. */
const TIMEOUT_MS = 300_000

/**
 * Keeps everything that this version needs, or nothing.
 *
 * @throws TypeError if a file is missing, a page can't be had, or one belongs to another version; DOMException `QuotaExceededError`
 */
export async function keepVersion(): Promise<void> {
  try {
    const cache = await caches.open(CACHE)
    await inLanes(build.files, (path) => keepFile(cache, path))
    await inLanes(build.pages, async (path) => {
      const response = await request(path, 'no-store')
      // The operator can turn pages off.
      if (response.status === 404) return
      if (!response.ok) throw new TypeError(`${path}: ${response.status}`)
      const html = await response.text()
      if (!isThisVersion(html)) throw new TypeError(`${path} belongs to another version`)
      await cache.put(addressOf(path), pageOf(response, html))
    })
  } catch (error) {
    await caches.delete(CACHE)
    throw error
  }
}

/** A page as it is kept: without the marks of a redirect, which browsers don't accept for a page. */
export function pageOf({ headers }: Response, html: string): Response {
  return new Response(html, { headers })
}

async function keepFile(cache: Cache, path: string): Promise<void> {
  const kept = isHashed(path) ? await findFile(path) : undefined
  await cache.put(addressOf(path), kept ?? (await load(path, isHashed(path) ? 'default' : 'no-cache')))
}

function request(path: string, cache: RequestCache): Promise<Response> {
  return fetch(addressOf(path) || '/', { cache, signal: AbortSignal.timeout(TIMEOUT_MS) })
}

async function load(path: string, cache: RequestCache): Promise<Response> {
  const response = await request(path, cache)
  if (!response.ok) throw new TypeError(`${path}: ${response.status}`)
  return response
}

async function inLanes<T>(items: readonly T[], run: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items]
  async function lane(): Promise<void> {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await run(next)
  }
  await Promise.all(Array.from({ length: LANES }, lane))
}
