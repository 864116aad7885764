import { ImageOff } from 'lucide-react'
import { useEffect, useState } from 'react'
import type { PhotoSource } from '@/lib/client/batch/source'
import type { Thumbnails } from '@/lib/client/batch/thumbnails'

interface ThumbnailProps {
  index: number
  source: PhotoSource | undefined
  thumbnails: Thumbnails
}

/** A row that is scrolled past asks for nothing. */
const PAUSE_MS = 80

/** A small picture, made when its row is seen. Without the file, as after a reload, its place. */
export function Thumbnail({ index, source, thumbnails }: ThumbnailProps) {
  const [url, setUrl] = useState(() => thumbnails.get(index))
  useEffect(() => {
    if (!source) return
    const known = thumbnails.get(index)
    if (known !== undefined) return setUrl(known)
    let leave = () => {}
    const timer = setTimeout(() => {
      leave = thumbnails.want(index, source, setUrl)
    }, PAUSE_MS)
    return () => {
      clearTimeout(timer)
      leave()
    }
  }, [index, source, thumbnails])
  if (url) {
    // biome-ignore lint/performance/noImgElement: an object URL of this browser
    return <img src={url} alt="" width={40} height={40} className="size-10 rounded-[6px] object-cover" />
  }
  return (
    <span className="grid size-10 place-items-center rounded-[6px] bg-sunk text-ink-3">
      {(url === null || !source) && <ImageOff aria-hidden className="size-4" />}
    </span>
  )
}
