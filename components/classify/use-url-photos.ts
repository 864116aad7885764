import { useCallback, useEffect, useRef, useState } from 'react'
import type { Failure } from '@/lib/client/api/failure'

export type UrlState =
  | { name: 'idle' }
  | { name: 'fetching'; url: string }
  | { name: 'failed'; url: string; failure: Failure }

const IDLE: UrlState = { name: 'idle' }

/**
 * Loads photos by URL, one at a time. A new request replaces one in progress.
 *
 * @param count how many photos there are: a failure is forgotten when a photo comes in another way, or goes
 */
export function useUrlPhotos(add: (files: readonly Blob[]) => void, count: number) {
  const [state, setState] = useState(IDLE)
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
      setState(IDLE)
      add([loaded])
    },
    [add],
  )
  const dismiss = useCallback(() => {
    current.current?.abort()
    setState(IDLE)
  }, [])
  const forgetFailure = useCallback(() => setState((last) => (last.name === 'failed' ? IDLE : last)), [])
  // biome-ignore lint/correctness/useExhaustiveDependencies: the count is the reason
  useEffect(forgetFailure, [count])
  return { state, fetchUrl, dismiss, forgetFailure }
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
