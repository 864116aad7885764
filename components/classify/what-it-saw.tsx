'use client'

import { Collapsible } from '@base-ui/react/collapsible'
import { ChevronDown } from 'lucide-react'
import { useEffect, useState } from 'react'
import { whatItSaw } from '@/lib/client/classify'
import type { Preview } from '@/lib/shared/contract'

/** The crop that went into the model, made from its own input. Asked for only when somebody looks. */
export function WhatItSaw({ file, model }: { file: Blob; model: string }) {
  const [open, setOpen] = useState(false)
  return (
    <Collapsible.Root open={open} onOpenChange={setOpen} className="mt-4">
      <Collapsible.Trigger className="group -mx-2 flex items-center gap-1.5 rounded-card px-2 py-1.5 text-ink-2 text-sm hover:bg-sunk hover:text-ink">
        What the model saw
        <ChevronDown
          aria-hidden
          className="size-4 transition-transform duration-150 group-data-panel-open:rotate-180"
        />
      </Collapsible.Trigger>
      <Collapsible.Panel className="pt-3">{open && <Crop file={file} model={model} />}</Collapsible.Panel>
    </Collapsible.Root>
  )
}

function Crop({ file, model }: { file: Blob; model: string }) {
  const [preview, setPreview] = useState<Preview | 'failed' | null>(null)
  useEffect(() => {
    const controller = new AbortController()
    whatItSaw(file, model, controller.signal).then(setPreview, () => {
      if (!controller.signal.aborted) setPreview('failed')
    })
    return () => controller.abort()
  }, [file, model])
  if (preview === 'failed')
    return <p className="text-bad text-sm">The server did not send it. Close this and open it again.</p>
  return (
    <figure className="flex flex-wrap items-start gap-x-5 gap-y-3">
      {preview ? (
        // biome-ignore lint/performance/noImgElement: a data: URL
        <img src={preview.image} alt="The crop that the model saw" className="size-40 rounded-card" />
      ) : (
        <div aria-busy className="size-40 animate-pulse rounded-card bg-sunk" />
      )}
      <figcaption className="min-w-0 max-w-[24em] flex-1 basis-48 text-pretty text-ink-2 text-sm">
        {preview ? story(preview) : 'Asking the server …'}
      </figcaption>
    </figure>
  )
}

/** How the crop was made, in one sentence a step. */
function story({ orientation, resize, crop, interpolation, width, height }: Preview): string {
  const turned = orientation === 1 ? '' : `Turned upright (EXIF orientation ${orientation}). `
  const resized = `Resized to ${resize.width} × ${resize.height} (${interpolation}). `
  const whole = crop.width === resize.width && crop.height === resize.height
  return `${turned}${resized}${whole ? 'Nothing was cut off.' : `The middle ${width} × ${height} were taken: what lies outside had no part in the answer.`}`
}
