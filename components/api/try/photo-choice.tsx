'use client'

import clsx from 'clsx'
import { Upload } from 'lucide-react'
import { useTranslations } from 'use-intl'
import { FileButton } from '@/components/ui/file-button'
import { useObjectUrl } from '@/components/ui/use-object-url'
import { SAMPLES, type Sample } from '@/lib/shared/gallery/samples'
import { underBase } from '@/lib/shared/web/base-path'

/** A photo of the gallery, or a file of the visitor. */
export type ChosenPhoto = Sample | File

interface PhotoChoiceProps {
  photo: ChosenPhoto
  onChoose(photo: ChosenPhoto): void
}

/** Chooses the photo of the request, from the gallery or the visitor's disk. */
export function PhotoChoice({ photo, onChoose }: PhotoChoiceProps) {
  const t = useTranslations('api')
  const classify = useTranslations('classify')
  const own = useObjectUrl(photo instanceof File ? photo : null)
  return (
    <fieldset>
      <legend className="mb-2 font-medium text-sm">{t('photo')}</legend>
      <div className="flex flex-wrap items-center gap-2.5">
        {SAMPLES.map((sample) => (
          <button
            key={sample.file}
            type="button"
            aria-pressed={photo === sample}
            onClick={() => onChoose(sample)}
            className={frame(photo === sample)}
          >
            <Thumbnail
              src={underBase(`/gallery/thumbs/${sample.file.replace(/\.\w+$/, '')}-112.webp`)}
              alt={classify(`samples.${sample.name}`)}
            />
          </button>
        ))}
        {photo instanceof File && own && (
          <span className={frame(true)}>
            <Thumbnail src={own} alt={photo.name} />
          </span>
        )}
        <FileButton accept="image/*" onFiles={([file]) => file && onChoose(file)}>
          <Upload aria-hidden />
          {t('ownPhoto')}
        </FileButton>
      </div>
    </fieldset>
  )
}

const frame = (chosen: boolean) =>
  clsx('block rounded-card p-0.5 ring-2', chosen ? 'ring-accent' : 'ring-transparent hover:ring-line-2')

function Thumbnail({ src, alt }: { src: string; alt: string }) {
  return (
    // biome-ignore lint/performance/noImgElement: small local files that are already the right size
    <img
      src={src}
      alt={alt}
      width={48}
      height={48}
      fetchPriority="low"
      className="size-12 rounded-[8px] object-cover"
    />
  )
}
