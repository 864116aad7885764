import { useCallback } from 'react'
import { KeptThumbnails } from '@/lib/client/batch/kept-thumbnails'
import type { BatchSession } from '@/lib/client/batch/session'

/** Loads thumbnails of a batch by the index of the photo, and lets the batch keep them in this browser. */
export function useKeptThumbnails(session: BatchSession): (index: number) => Promise<Blob | null> {
  return useCallback(
    (index) => {
      session.thumbnails ??= new KeptThumbnails({
        id: () => session.snapshot().id ?? undefined,
        source: (photo) => session.source(photo),
      })
      return session.thumbnails.load(index)
    },
    [session],
  )
}
