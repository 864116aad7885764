import { useEffect, useRef } from 'react'
import type { GalleryPhoto } from './add-gallery-photo'

/**
 * Adds the gallery photo named in the URL, once, as if the visitor had dropped it. The added photo's own URL then
 * replaces it, so that neither a reload nor the forward button adds the photo again: for the latter, the router still
 * has the parameters that the page was first opened with.
 *
 * @param known what the server says of the photo; null if there is no such photo, or no server that reads the URL
 */
export function useGalleryPhoto(add: (file: Blob, credit: string) => void, known: GalleryPhoto | null): void {
  const added = useRef(false)
  useEffect(() => {
    const file = new URLSearchParams(location.search).get('photo')
    if (file === null || added.current) return
    added.current = true
    void import('./add-gallery-photo')
      .then(({ addGalleryPhoto }) => addGalleryPhoto(file, known, add))
      .catch(() => {
        // The page stays empty and offers other ways to add a photo.
      })
  }, [add, known])
}
