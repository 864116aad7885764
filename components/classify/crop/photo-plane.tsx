import clsx from 'clsx'
import type { CSSProperties, ReactNode, Ref } from 'react'
import type { Area } from '@/lib/shared/crop/crop'

interface PhotoPlaneProps {
  image: { width: number; height: number }
  /** The element that has exactly the size of the displayed photo. */
  ref?: Ref<HTMLDivElement>
  className?: string
  style?: CSSProperties
  children: ReactNode
}

/** Covers exactly the photo that fills its frame like `object-contain`. */
export function PhotoPlane({ image, ref, className, style, children }: PhotoPlaneProps) {
  const ratio = image.width / image.height
  return (
    <div className="pointer-events-none absolute inset-0 grid place-items-center [container-type:size]">
      <div
        ref={ref}
        className={clsx('relative', className)}
        style={{ width: `min(100cqw, ${100 * ratio}cqh)`, aspectRatio: ratio, ...style }}
      >
        {children}
      </div>
    </div>
  )
}

/** Places an element over an area of the photo. */
export function placeOver({ left, top, width, height }: Area, image: PhotoPlaneProps['image']): CSSProperties {
  const percent = (part: number, whole: number) => `${(100 * part) / whole}%`
  return {
    left: percent(left, image.width),
    top: percent(top, image.height),
    width: percent(width, image.width),
    height: percent(height, image.height),
  }
}
