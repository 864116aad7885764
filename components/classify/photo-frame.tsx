'use client'

import { ImageOff, X } from 'lucide-react'
import { useState } from 'react'
import type { Phase, Photo } from '@/lib/client/photo-session'
import { bytes, formatName } from '@/lib/shared/format'

interface PhotoFrameProps {
  photo: Photo
  phase: Phase | undefined
  onRemove(): void
}

/** The photo, large, in a frame that never changes its size, with its facts in a corner. */
export function PhotoFrame({ photo, phase, onRemove }: PhotoFrameProps) {
  return (
    <figure className="relative aspect-[4/3] overflow-hidden rounded-2xl bg-sunk lg:aspect-[597/523]">
      <Preview key={photo.id} photo={photo} />
      <button
        type="button"
        onClick={onRemove}
        aria-label={`Remove ${photo.name}`}
        className="absolute top-3 right-3 grid size-9 place-items-center rounded-full bg-black/75 text-white hover:bg-black"
      >
        <X aria-hidden className="size-4" />
      </button>
      <figcaption className="absolute right-3 bottom-3 left-3 flex flex-wrap items-end justify-between gap-2 text-xs">
        <span className="figures rounded-[6px] bg-black/75 px-2 py-1 text-white">{facts(photo, phase)}</span>
        {photo.credit && <span className="rounded-[6px] bg-black/75 px-2 py-1 text-white">Photo: {photo.credit}</span>}
      </figcaption>
    </figure>
  )
}

function Preview({ photo: { url, name } }: { photo: Photo }) {
  const [broken, setBroken] = useState(false)
  if (broken) {
    return (
      <div className="grid size-full place-content-center justify-items-center gap-2 text-ink-2">
        <ImageOff aria-hidden className="size-7" strokeWidth={1.5} />
        <p className="text-sm">This browser cannot show {name}</p>
      </div>
    )
  }
  return (
    <>
      {/* biome-ignore lint/performance/noImgElement: an object URL of a file in this browser */}
      <img
        src={url}
        alt=""
        aria-hidden
        className="absolute inset-0 size-full scale-125 object-cover opacity-45 blur-2xl"
      />
      {/* biome-ignore lint/performance/noImgElement: an object URL of a file in this browser */}
      <img src={url} alt={name} onError={() => setBroken(true)} className="absolute inset-0 size-full object-contain" />
    </>
  )
}

function facts({ file, name }: Photo, phase: Phase | undefined): string {
  if (phase?.name !== 'answered') return `${name.length > 24 ? `${name.slice(0, 21)}…` : name} · ${bytes(file.size)}`
  const { width, height, format, bytes: size } = phase.result.image
  return `${width} × ${height} · ${formatName(format)} · ${bytes(size)}`
}
