import { useEffect, useRef, useState } from 'react'
import { Thumbnail } from '../thumbnail'
import type { PhotoLinks } from './photo-links'

interface LazyThumbnailProps {
  index: number
  photos: Pick<PhotoLinks, 'thumbnails' | 'source'>
}

/** Thumbnails this far out of sight are loaded. */
const MARGIN = '200px'

/** A large thumbnail, loaded when it comes near the visible part of the page. */
export function LazyThumbnail({ index, photos }: LazyThumbnailProps) {
  const place = useRef<HTMLSpanElement>(null)
  const [near, setNear] = useState(false)
  useEffect(() => {
    if (near || !place.current) return
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && setNear(true), {
      rootMargin: MARGIN,
    })
    observer.observe(place.current)
    return () => observer.disconnect()
  }, [near])
  return (
    <span ref={place} className="block size-24 shrink-0 rounded-[6px] bg-sunk">
      {near && <Thumbnail large index={index} source={photos.source(index)} thumbnails={photos.thumbnails} />}
    </span>
  )
}
