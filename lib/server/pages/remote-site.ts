import type { Site, SiteFacts } from '@/lib/shared/contract/site'
import type { GalleryPicture } from '@/lib/shared/gallery/gallery'

const TIMEOUT_MS = 10_000
/** Every page asks; the server elsewhere need not be asked as often. */
const FRESH_MS = 2_000

/** What the pages must know, from a server elsewhere. */
export function remoteSite(url: (path: string) => URL): Site {
  const ask = <T>(path: string) =>
    kept(async (): Promise<T> => {
      const reply = await fetch(url(path), { signal: AbortSignal.timeout(TIMEOUT_MS) })
      if (!reply.ok) throw new Error(`${url(path).origin} answers ${path} with HTTP ${reply.status}`)
      return (await reply.json()) as T
    })
  const facts = ask<SiteFacts>('api/site')
  const pictures = ask<{ pictures: GalleryPicture[] }>('api/gallery')
  return { facts, gallery: async () => (await pictures()).pictures }
}

/** The last answer while it is fresh; one question at a time. */
function kept<T>(ask: () => Promise<T>): () => Promise<T> {
  let last: { at: number; value: Promise<T> } | undefined
  return () => {
    if (last && performance.now() - last.at < FRESH_MS) return last.value
    const value = ask()
    last = { at: performance.now(), value }
    value.catch(() => {
      last = undefined
    })
    return value
  }
}
