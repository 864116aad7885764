import { ImageOff } from 'lucide-react'
import { useEffect, useState } from 'react'
import type { PhotoSource } from '@/lib/client/batch/source'
import type { Thumbnails } from '@/lib/client/batch/thumbnails'

interface ThumbnailProps {
  index: number
  source: PhotoSource | undefined
  thumbnails: Thumbnails
  /** Whether it has its full size, or that of a row. */
  large?: boolean
}

/** Rows that are scrolled past within this time request nothing. */
const DELAY_MS = 80

/** A thumbnail, loaded when its row becomes visible; a placeholder if there is none. */
export function Thumbnail({ index, source, thumbnails, large = false }: ThumbnailProps) {
  const [url, setUrl] = useState(() => thumbnails.get(index))
  useEffect(() => {
    const cached = thumbnails.get(index)
    // The file may have been chosen again since there was no thumbnail.
    if (cached || (cached === null && !source)) return setUrl(cached)
    let cancel = () => {}
    const timer = setTimeout(() => {
      cancel = thumbnails.request(index, setUrl)
    }, DELAY_MS)
    return () => {
      clearTimeout(timer)
      cancel()
    }
  }, [index, source, thumbnails])
  const size = large ? 'size-24' : 'size-10'
  const pixels = large ? 96 : 40
  if (url) {
    // biome-ignore lint/performance/noImgElement: object URL
    return <img src={url} alt="" width={pixels} height={pixels} className={`${size} rounded-[6px] object-cover`} />
  }
  return (
    <span className={`${size} grid place-items-center rounded-[6px] bg-sunk text-ink-3`}>
      {url === null && <ImageOff aria-hidden className="size-4" />}
    </span>
  )
}
