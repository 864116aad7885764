'use client'

import { useEffect, useState } from 'react'
import { useTranslations } from 'use-intl'
import { whatItSaw } from '@/lib/client/api/classify'
import type { Preview } from '@/lib/shared/contract/contract'
import { Disclosure } from '../ui/disclosure'

/** The crop that went into the model, made from its own input. Asked for only when somebody looks. */
export function WhatItSaw({ file, model }: { file: Blob; model: string }) {
  const t = useTranslations('answer')
  const [open, setOpen] = useState(false)
  return (
    <Disclosure className="mt-4" label={t('saw')} open={open} onOpenChange={setOpen}>
      {open && <Crop file={file} model={model} />}
    </Disclosure>
  )
}

function Crop({ file, model }: { file: Blob; model: string }) {
  const t = useTranslations('answer')
  const story = useStory()
  const [preview, setPreview] = useState<Preview | 'failed' | null>(null)
  useEffect(() => {
    const controller = new AbortController()
    whatItSaw(file, model, controller.signal).then(setPreview, () => {
      if (!controller.signal.aborted) setPreview('failed')
    })
    return () => controller.abort()
  }, [file, model])
  if (preview === 'failed') return <p className="text-bad text-sm">{t('sawFailed')}</p>
  return (
    <figure className="flex flex-wrap items-start gap-x-5 gap-y-3">
      {preview ? (
        // biome-ignore lint/performance/noImgElement: a data: URL
        <img src={preview.image} alt={t('sawAlt')} className="size-40 rounded-card" />
      ) : (
        <div aria-busy className="size-40 animate-pulse rounded-card bg-sunk" />
      )}
      <figcaption className="min-w-0 max-w-[24em] flex-1 basis-48 text-pretty text-ink-2 text-sm">
        {preview ? story(preview) : t('sawLoading')}
      </figcaption>
    </figure>
  )
}

/** How the crop was made, in one sentence a step. */
function useStory(): (preview: Preview) => string {
  const t = useTranslations('answer')
  return ({ orientation, resize, crop, interpolation, width, height }) => {
    const steps = orientation === 1 ? [] : [t('sawTurned', { orientation })]
    steps.push(t('sawResized', { ...size(resize), interpolation }))
    const whole = crop.width === resize.width && crop.height === resize.height
    steps.push(whole ? t('sawWhole') : t('sawCrop', size({ width, height })))
    return steps.join(' ')
  }
}

/** Plain figures: pixels have no thousands separator. */
function size({ width, height }: { width: number; height: number }) {
  return { width: String(width), height: String(height) }
}
