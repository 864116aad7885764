'use client'

import { ImageOff, X } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { useTranslations } from 'use-intl'
import type { Phase, Photo } from '@/lib/client/photos/photo'
import { formatName } from '@/lib/shared/i18n/format'
import { PhotoOnBlur } from '../ui/photo-on-blur'
import { useFormat } from '../ui/use-format'
import { useProblem } from '../ui/use-problem'

interface PhotoFrameProps {
  photo: Photo
  /** Of the photo. */
  url: string
  phase: Phase | undefined
  onRemove(): void
  /** Null if the server accepts no file of that size. */
  onSendOriginal: (() => void) | null
  /** Whether only the photo is shown, without what would lie over the handles of its crop. */
  bare?: boolean
  /** Rendered on top of the photo. */
  children?: ReactNode
}

interface Size {
  width: number
  height: number
}

/** The photo in a frame of constant size, with its details in a corner and its processing below. */
export function PhotoFrame({ photo, url, phase, onRemove, onSendOriginal, bare = false, children }: PhotoFrameProps) {
  const t = useTranslations('classify')
  const [size, setSize] = useState<{ url: string; size: Size } | null>(null)
  const details = useDetails(photo, phase, size?.url === url ? size.size : null)
  return (
    <>
      <figure className="@container relative aspect-[4/3] overflow-hidden rounded-2xl bg-sunk max-lg:max-h-[60dvh] max-lg:w-full lg:aspect-[597/523]">
        <Preview key={url} url={url} name={photo.name} onSize={(measured) => setSize({ url, size: measured })} />
        {children}
        {!bare && (
          <>
            <button
              type="button"
              onClick={onRemove}
              aria-label={t('remove', { name: photo.name })}
              className="absolute top-3 right-3 grid size-9 place-items-center rounded-full bg-black/75 text-white hover:bg-black"
            >
              <X aria-hidden className="size-4" />
            </button>
            <figcaption className="pointer-events-none absolute right-3 bottom-3 left-3 flex flex-wrap items-end justify-between gap-2 text-xs">
              <span
                translate="no"
                className="figures flex min-w-0 max-w-full rounded-[6px] bg-black/75 px-2 py-1 text-white"
              >
                <span className="truncate">{photo.name}</span>
                <span className="max-w-[calc(100%-5ch)] shrink-0 truncate whitespace-pre"> · {details}</span>
              </span>
              {photo.credit && (
                <span className="rounded-[6px] bg-black/75 px-2 py-1 text-white">
                  {t('photoCredit', { credit: photo.credit })}
                </span>
              )}
            </figcaption>
          </>
        )}
      </figure>
      <ProcessingNote photo={photo} onSendOriginal={onSendOriginal} />
    </>
  )
}

interface PreviewProps {
  url: string
  name: string
  onSize(size: Size): void
}

function Preview({ url, name, onSize }: PreviewProps) {
  const t = useTranslations('classify')
  const [broken, setBroken] = useState(false)
  if (broken) {
    return (
      <div className="grid size-full place-content-center justify-items-center gap-2 text-ink-2">
        <ImageOff aria-hidden className="size-7" strokeWidth={1.5} />
        <p className="text-sm">{t('cannotShow', { name })}</p>
      </div>
    )
  }
  return <PhotoOnBlur url={url} alt={name} onBroken={() => setBroken(true)} onSize={onSize} />
}

/** How this browser changed the photo before the upload. */
function ProcessingNote({
  photo: { prepared, file, originalFailure },
  onSendOriginal,
}: Pick<PhotoFrameProps, 'photo' | 'onSendOriginal'>) {
  const t = useTranslations('prepare')
  const format = useFormat()
  const problem = useProblem()
  if (!prepared?.converted && !prepared?.reduced) return null
  const { reduced } = prepared
  return (
    <p className="mt-2.5 flex flex-wrap items-baseline gap-x-3 gap-y-1 text-ink-2 text-sm">
      {prepared.converted && <span>{t('converted')}</span>}
      {reduced && (
        <>
          <span>
            {t('reduced', {
              width: String(reduced.width),
              height: String(reduced.height),
              after: format.bytes(prepared.file.size),
              before: format.bytes(file.size),
            })}
          </span>
          {onSendOriginal && (
            <button
              type="button"
              onClick={onSendOriginal}
              className="font-semibold text-accent underline-offset-4 hover:underline"
            >
              {t('sendOriginal')}
            </button>
          )}
          <span role="status" className="w-full text-warn empty:hidden">
            {originalFailure && t('originalFailed', { reason: problem(originalFailure).title })}
          </span>
        </>
      )}
    </p>
  )
}

/** Dimensions, format and file size of the original, as far as they are known. */
function useDetails({ file, prepared }: Photo, phase: Phase | undefined, measured: Size | null): string {
  const format = useFormat()
  const reported = phase?.name === 'answered' && !prepared?.reduced && !prepared?.converted ? phase.result.image : null
  const size = reported ?? measured
  const formatId = reported?.format ?? /^image\/(\w+)$/.exec(file.type)?.[1]
  return [size && `${size.width} × ${size.height}`, formatId && formatName(formatId), format.bytes(file.size)]
    .filter(Boolean)
    .join(' · ')
}
