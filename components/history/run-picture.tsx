import { ImageOff } from 'lucide-react'
import { useState } from 'react'
import { useTranslations } from 'use-intl'
import type { Run } from '@/lib/client/history/history'
import type { FoundPhoto } from '@/lib/client/history/run-photo'
import { PhotoOnBlur } from '../ui/photo-on-blur'
import { useObjectUrl } from '../ui/use-object-url'

interface RunPictureProps {
  run: Run
  /** Undefined while it's looked up, null if this browser doesn't have it anymore. */
  photo: FoundPhoto | null | undefined
}

/** The photo if this browser still has it, otherwise the thumbnail at its own size, in a frame of constant size. */
export function RunPicture({ run, photo }: RunPictureProps) {
  const t = useTranslations('history')
  const url = useObjectUrl(photo?.picture ?? run.thumbnail)
  const [brokenUrl, setBrokenUrl] = useState<string | null>(null)
  const nothing = (photo === null && !run.thumbnail) || (url !== null && url === brokenUrl)
  return (
    <figure className="min-w-0">
      <div className="relative grid h-[30dvh] place-items-center overflow-hidden rounded-card bg-sunk md:h-[min(420px,60dvh)]">
        {nothing && <ImageOff aria-hidden className="size-7 text-ink-3" strokeWidth={1.5} />}
        {url && !nothing && (
          <PhotoOnBlur url={url} alt={run.file} ownSize={!photo} onBroken={() => setBrokenUrl(url)} />
        )}
      </div>
      <figcaption className="mt-2 min-h-4 text-pretty text-ink-2 text-xs">
        {photo?.credit && t('credit', { credit: photo.credit })}
        {photo === null && t('onlyThumbnail')}
      </figcaption>
    </figure>
  )
}
