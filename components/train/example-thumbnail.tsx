import { CircleAlert, ImageOff, LoaderCircle } from 'lucide-react'
import { useEffect, useState } from 'react'
import { knownThumbnailUrl, thumbnailUrl } from '@/lib/client/photos/photo-thumbnail'
import type { ExampleState } from '@/lib/client/training/types'

interface ExampleThumbnailProps {
  /** Null if this browser doesn't have the picture. */
  file: Blob | null
  state: ExampleState
}

/** A small square picture of a photo, with its state. Fills its parent, which is positioned. */
export function ExampleThumbnail({ file, state }: ExampleThumbnailProps) {
  const url = useThumbnail(file)
  return (
    <>
      {url ? (
        // biome-ignore lint/performance/noImgElement: object URL
        <img src={url} alt="" className="absolute inset-0 size-full object-cover" />
      ) : (
        url === null &&
        state !== 'failed' && <ImageOff aria-hidden className="absolute inset-0 m-auto size-5 text-ink-3" />
      )}
      {state === 'failed' ? (
        <span className="absolute inset-0 grid place-items-center bg-black/55 text-white">
          <CircleAlert aria-hidden className="size-4" />
        </span>
      ) : state === 'reading' ? (
        <span className="absolute inset-0 grid place-items-center bg-black/40 text-white">
          <LoaderCircle aria-hidden className="size-4 animate-spin" />
        </span>
      ) : (
        state === 'waiting' && <span className="absolute inset-0 bg-sunk/60" />
      )}
    </>
  )
}

/** @returns undefined until it is known; null if there is none */
function useThumbnail(file: Blob | null): string | null | undefined {
  const [, setLoaded] = useState<Blob | null>(null)
  useEffect(() => {
    if (file === null || knownThumbnailUrl(file) !== undefined) return
    let mounted = true
    void thumbnailUrl(file).then(() => mounted && setLoaded(file))
    return () => {
      mounted = false
    }
  }, [file])
  return file === null ? null : knownThumbnailUrl(file)
}
