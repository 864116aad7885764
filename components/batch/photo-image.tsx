import { ImageOff } from 'lucide-react'
import { type ReactNode, useEffect, useState } from 'react'
import { useTranslations } from 'use-intl'
import type { PhotoSource } from '@/lib/client/batch/source'
import { useObjectUrl } from '../ui/use-object-url'

interface PhotoImageProps {
  index: number
  source: PhotoSource | undefined
  file: Blob | null
  /** Whether the photos are classified in this browser. */
  here: boolean
  /** Loads the thumbnail of a photo; null if there is none. */
  onThumbnail(index: number): Promise<Blob | null>
  /** Rendered on top of the photo. */
  children: ReactNode
}

/** A photo of the batch. If this page no longer has it, as after a reload, its thumbnail. */
export function PhotoImage({ index, source, file, here, onThumbnail, children }: PhotoImageProps) {
  const [failed, setFailed] = useState(false)
  const url = useObjectUrl(file)
  if (!source || failed) return <ThumbnailOnly index={index} here={here} lost={!source} onThumbnail={onThumbnail} />
  return (
    <div className="sticky top-0 z-10 h-[min(280px,34dvh)] self-start overflow-hidden rounded-card bg-sunk max-md:shadow-[0_12px_0_var(--color-card)] md:h-[min(460px,46dvh)]">
      {url && (
        // biome-ignore lint/performance/noImgElement: object URL
        <img src={url} alt="" onError={() => setFailed(true)} className="absolute inset-0 size-full object-contain" />
      )}
      {children}
    </div>
  )
}

interface ThumbnailOnlyProps extends Pick<PhotoImageProps, 'index' | 'here' | 'onThumbnail'> {
  /** Whether the page no longer has the photo; otherwise the browser can't display it. */
  lost: boolean
}

/** The thumbnail at its own size, and why there is no more. */
function ThumbnailOnly({ index, here, lost, onThumbnail }: ThumbnailOnlyProps) {
  const [onServer, onDevice] = [useTranslations('batch'), useTranslations('batch.device')]
  const t = here ? onDevice : onServer
  const [thumbnail, setThumbnail] = useState<Blob | null>()
  useEffect(() => {
    let mounted = true
    void onThumbnail(index).then((blob) => mounted && setThumbnail(blob))
    return () => {
      mounted = false
    }
  }, [index, onThumbnail])
  const url = useObjectUrl(thumbnail ?? null)
  return (
    <div className="grid h-56 place-content-center justify-items-center gap-3 self-start rounded-card bg-sunk px-6 text-center text-ink-2 text-sm">
      {url ? (
        // biome-ignore lint/performance/noImgElement: object URL
        <img src={url} alt="" width={96} height={96} className="size-24 rounded-card object-cover" />
      ) : (
        thumbnail === null && <ImageOff aria-hidden className="size-5" />
      )}
      <p className="max-w-[40ch] text-pretty">{lost && thumbnail !== null ? t('onlyThumbnail') : t('noPicture')}</p>
    </div>
  )
}
