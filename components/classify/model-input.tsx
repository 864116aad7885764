'use client'

import { useEffect, useState } from 'react'
import { useTranslations } from 'use-intl'
import { fetchModelInput } from '@/lib/client/api/classify'
import { loadHere } from '@/lib/client/device/run-here'
import type { Preview } from '@/lib/shared/contract/contract'
import type { Area } from '@/lib/shared/crop/crop'
import { Disclosure } from '../ui/disclosure'

interface ModelInputProps {
  file: Blob
  model: string
  /** The part of the photo that the visitor chose; null for the model's own crop. */
  crop: Area | null
  /** Whether it is classified in this browser. */
  here?: boolean
}

/** The model's input: the cropped photo, reconstructed from the input tensor. Requested when opened. */
export function ModelInput(props: ModelInputProps) {
  const t = useTranslations('answer')
  const [open, setOpen] = useState(false)
  return (
    <Disclosure className="mt-4" label={t('saw')} open={open} onOpenChange={setOpen}>
      {open && <Crop {...props} />}
    </Disclosure>
  )
}

function Crop({ file, model, crop, here = false }: ModelInputProps) {
  const t = useTranslations('answer')
  const description = useDescription(crop)
  const [preview, setPreview] = useState<Preview | 'failed' | null>(null)
  useEffect(() => {
    const controller = new AbortController()
    const load = here ? previewHere : fetchModelInput
    load(file, { model, crop, signal: controller.signal }).then(setPreview, () => {
      if (!controller.signal.aborted) setPreview('failed')
    })
    return () => controller.abort()
  }, [file, model, crop, here])
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
        {preview ? description(preview) : t('sawLoading')}
      </figcaption>
    </figure>
  )
}

/** How the crop was made, one sentence per step. */
function useDescription(chosen: Area | null): (preview: Preview) => string {
  const t = useTranslations('answer')
  return ({ orientation, resize, crop, interpolation, width, height }) => {
    const steps = orientation === 1 ? [] : [t('sawTurned', { orientation })]
    if (chosen) {
      const sides = { cropWidth: String(chosen.width), cropHeight: String(chosen.height) }
      return [...steps, t('sawChosen', { ...sides, ...pixels({ width, height }), interpolation })].join(' ')
    }
    steps.push(t('sawResized', { ...pixels(resize), interpolation }))
    const whole = crop.width === resize.width && crop.height === resize.height
    steps.push(whole ? t('sawWhole') : t('sawCrop', pixels({ width, height })))
    return steps.join(' ')
  }
}

/** Plain digits: pixel counts have no thousands separators. */
function pixels({ width, height }: { width: number; height: number }) {
  return { width: String(width), height: String(height) }
}

const previewHere = async (file: Blob, call: Parameters<typeof fetchModelInput>[1] & { crop: Area | null }) =>
  (await loadHere()).modelInputHere(file, call)
