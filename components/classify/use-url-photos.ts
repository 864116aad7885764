import { useCallback, useRef, useState } from 'react'
import type { Failure } from '@/lib/client/api/failure'

export type UrlState =
  | { name: 'idle' }
  | { name: 'fetching'; url: string }
  | { name: 'failed'; url: string; failure: Failure }

/** Loads photos by URL, one at a time. A new request replaces one in progress. */
export function useUrlPhotos(add: (files: readonly Blob[]) => void) {
  const [state, setState] = useState<UrlState>({ name: 'idle' })
  const current = useRef<AbortController | null>(null)
  const fetchUrl = useCallback(
    async (url: string) => {
      current.current?.abort()
      const controller = new AbortController()
      current.current = controller
      setState({ name: 'fetching', url })
      const loaded = await load(url, controller.signal)
      if (controller.signal.aborted) return
      if (!(loaded instanceof File)) return setState({ name: 'failed', url, failure: loaded })
      setState({ name: 'idle' })
      add([loaded])
    },
    [add],
  )
  const dismiss = useCallback(() => {
    current.current?.abort()
    setState({ name: 'idle' })
  }, [])
  return { state, fetchUrl, dismiss }
}

/** The photo, or why it couldn't be loaded. The code for it is loaded with the first URL. */
async function load(url: string, signal: AbortSignal): Promise<File | Failure> {
  try {
    const { fetchPhotoByUrl } = await import('@/lib/client/api/photo-by-url')
    return await fetchPhotoByUrl(url, signal)
  } catch {
    return { code: 'url_offline', retryable: true, retryAfterMs: null }
  }
}
