import { useCallback, useRef, useState } from 'react'
import type { Failure } from '@/lib/client/api/failure'
import { fetchPhotoByUrl, UrlFailure } from '@/lib/client/api/photo-by-url'

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
      try {
        const file = await fetchPhotoByUrl(url, controller.signal)
        if (controller.signal.aborted) return
        setState({ name: 'idle' })
        add([file])
      } catch (error) {
        if (controller.signal.aborted) return
        const failure =
          error instanceof UrlFailure ? error.failure : { code: 'url_offline', retryable: true, retryAfterMs: null }
        setState({ name: 'failed', url, failure })
      }
    },
    [add],
  )
  const dismiss = useCallback(() => {
    current.current?.abort()
    setState({ name: 'idle' })
  }, [])
  return { state, fetchUrl, dismiss }
}
