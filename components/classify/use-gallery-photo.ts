import { useEffect, useRef } from 'react'
import { underBase } from '@/lib/shared/web/base-path'

interface GalleryPhoto {
  file: string
  credit: string
}

/**
 * Adds the gallery photo named in the URL, once, as if the visitor had dropped it. The added photo's own URL then
 * replaces it, so that neither a reload nor the forward button adds the photo again: for the latter, the router still
 * has the parameters that the page was first opened with.
 */
export function useGalleryPhoto(add: (file: Blob, credit: string) => void, photo: GalleryPhoto | null): void {
  const added = useRef(false)
  useEffect(() => {
    if (photo === null || added.current || !new URLSearchParams(location.search).has('photo')) return
    added.current = true
    void fetch(underBase(`/gallery/${encodeURIComponent(photo.file)}`))
      .then((response) => (response.ok ? response.blob() : Promise.reject(new Error(String(response.status)))))
      .then((blob) => add(new File([blob], photo.file, { type: blob.type }), photo.credit))
      .catch(() => {
        // The page stays empty and offers other ways to add a photo.
      })
  }, [add, photo])
}
