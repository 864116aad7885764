import clsx from 'clsx'
import { ImageOff } from 'lucide-react'
import { useState } from 'react'
import { useTranslations } from 'use-intl'
import type { TrainingPhoto } from '@/lib/client/training/types'

interface PhotoStageProps {
  photo: TrainingPhoto
  /** Null if this browser doesn't have the photo. */
  url: string | null
  dimmed: boolean
}

/** The photo that waits for its label. The place keeps its size, whatever the photo's. */
export function PhotoStage({ photo, url, dimmed }: PhotoStageProps) {
  const t = useTranslations('label')
  const [failed, setFailed] = useState<string | null>(null)
  return (
    <figure className="relative h-[44dvh] overflow-hidden rounded-2xl bg-sunk lg:h-[min(640px,calc(100dvh-16rem))]">
      {url !== null && url !== failed ? (
        // biome-ignore lint/performance/noImgElement: object URL
        <img
          src={url}
          alt={t('photoAlt', { name: photo.name })}
          data-testid="photo"
          aria-busy={dimmed}
          onError={() => setFailed(url)}
          className={clsx('absolute inset-0 size-full object-contain', dimmed && 'opacity-40')}
        />
      ) : (
        <div className="grid size-full place-content-center justify-items-center gap-2 text-ink-2 text-sm">
          <ImageOff aria-hidden className="size-6" />
          <p>{t('noPicture')}</p>
        </div>
      )}
      <figcaption
        translate="no"
        className="figures absolute right-2 bottom-2 max-w-[calc(100%-1rem)] truncate rounded-[7px] bg-black/70 px-2 py-0.5 text-white text-xs"
      >
        {photo.path || photo.name}
      </figcaption>
    </figure>
  )
}
