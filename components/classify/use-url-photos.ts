import { useCallback, useRef, useState } from 'react'
import type { Failure } from '@/lib/client/api/failure'
import { fetchPhotoByUrl, UrlFailure } from '@/lib/client/api/photo-by-url'

export type UrlState =
  | { name: 'idle' }
  | { name: 'fetching'; url: string }
  | { name: 'failed'; url: string; failure: Failure }

/** Fetches photos by their address, one at a time: a new one takes the place of one that is still on its way. */
export function useUrlPhotos(add: (files: readonly Blob[]) => void) {
  const [state, setState] = useState<UrlState>({ name: 'idle' })
  const current = useRef<AbortController | null>(null)
  const fetchUrl = useCallback(
    async (url: string) => {
      current.current?.abort()
      const mine = new AbortController()
      current.current = mine
      setState({ name: 'fetching', url })
      try {
        const file = await fetchPhotoByUrl(url, mine.signal)
        if (mine.signal.aborted) return
        setState({ name: 'idle' })
        add([file])
      } catch (error) {
        if (mine.signal.aborted) return
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
