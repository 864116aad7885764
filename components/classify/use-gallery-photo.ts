import { useEffect, useRef } from 'react'
import { underBase } from '@/lib/shared/web/base-path'

interface Wanted {
  file: string
  credit: string
}

/**
 * Takes the photo of the gallery that the address asks for, once, as if the visitor had dropped it. The address of that photo then
 * takes the place of the one that asked for it, so that a reload does not add it again.
 */
export function useGalleryPhoto(add: (file: Blob, credit: string) => void, wanted: Wanted | null): void {
  const taken = useRef(false)
  useEffect(() => {
    if (wanted === null || taken.current) return
    taken.current = true
    void fetch(underBase(`/gallery/${encodeURIComponent(wanted.file)}`))
      .then((reply) => (reply.ok ? reply.blob() : Promise.reject(new Error(String(reply.status)))))
      .then((blob) => add(new File([blob], wanted.file, { type: blob.type }), wanted.credit))
      .catch(() => {
        // The page is empty then, and says how to give it a photo.
      })
  }, [add, wanted])
}
