interface PhotoOnBlurProps {
  /** An object URL or a data URL. */
  url: string
  alt: string
  /** Whether the photo keeps its own size, because it's a thumbnail, instead of filling the frame. */
  ownSize?: boolean
  /** The browser can't display it. */
  onBroken(): void
  /** Its size in pixels is known. */
  onSize?(size: { width: number; height: number }): void
}

/** A photo in front of a blurred copy of itself, which fills the rest of the frame around it. */
export function PhotoOnBlur({ url, alt, ownSize = false, onBroken, onSize }: PhotoOnBlurProps) {
  return (
    <>
      {/* biome-ignore lint/performance/noImgElement: object URL */}
      <img
        src={url}
        alt=""
        aria-hidden
        className="absolute inset-0 size-full scale-125 object-cover opacity-45 blur-2xl"
      />
      {/* biome-ignore lint/performance/noImgElement: object URL */}
      <img
        src={url}
        translate="no"
        alt={alt}
        onError={onBroken}
        onLoad={({ currentTarget }) =>
          onSize?.({ width: currentTarget.naturalWidth, height: currentTarget.naturalHeight })
        }
        className={ownSize ? 'relative max-h-full rounded-[6px]' : 'absolute inset-0 size-full object-contain'}
      />
    </>
  )
}
