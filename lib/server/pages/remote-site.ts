import type { Site, SiteFacts } from '@/lib/shared/contract/site'
import type { GalleryPicture } from '@/lib/shared/gallery/gallery'

const TIMEOUT_MS = 10_000
/** Every page needs this, but the remote server is queried less often. */
const CACHE_MS = 2_000

/** What the pages need to know, from a remote server. */
export function remoteSite(url: (path: string) => URL): Site {
  const load = <T>(path: string) =>
    cached(async (): Promise<T> => {
      const reply = await fetch(url(path), { signal: AbortSignal.timeout(TIMEOUT_MS) })
      if (!reply.ok) throw new Error(`${url(path).origin} responded to ${path} with HTTP ${reply.status}`)
      return (await reply.json()) as T
    })
  const facts = load<SiteFacts>('api/site')
  const pictures = load<{ pictures: GalleryPicture[] }>('api/gallery')
  return { facts, gallery: async () => (await pictures()).pictures }
}

/** Caches the last response while it is fresh, and shares a pending request. */
function cached<T>(load: () => Promise<T>): () => Promise<T> {
  let last: { at: number; value: Promise<T> } | undefined
  return () => {
    if (last && performance.now() - last.at < CACHE_MS) return last.value
    const value = load()
    last = { at: performance.now(), value }
    value.catch(() => {
      last = undefined
    })
    return value
  }
}
