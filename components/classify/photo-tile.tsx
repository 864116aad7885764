import clsx from 'clsx'
import { CircleAlert, CircleHelp, ImageOff, LoaderCircle } from 'lucide-react'
import { memo, type ReactNode, useEffect, useMemo, useState } from 'react'
import { useTranslations } from 'use-intl'
import { displayedFile, type Phase, type Photo } from '@/lib/client/photos/photo'
import { knownThumbnailUrl, thumbnailUrl } from '@/lib/client/photos/photo-thumbnail'
import type { Classification } from '@/lib/shared/contract/contract'
import { confidence } from '@/lib/shared/results/confidence'
import { answerOf, isMultiLabel } from '@/lib/shared/results/selected'
import { useFormat } from '../ui/use-format'

/** Translations and number formats, created once per list instead of once per tile. */
export interface TileTexts {
  t: ReturnType<typeof useTranslations<'classify.tile'>>
  answer: ReturnType<typeof useTranslations<'answer'>>
  words: ReturnType<typeof useTranslations<'confidence'>>
  format: ReturnType<typeof useFormat>
}

export function useTileTexts(): TileTexts {
  const [t, answer, words] = [
    useTranslations('classify.tile'),
    useTranslations('answer'),
    useTranslations('confidence'),
  ]
  const format = useFormat()
  return useMemo(() => ({ t, answer, words, format }), [t, answer, words, format])
}

interface PhotoTileProps {
  texts: TileTexts
  photo: Photo
  model: string
  current: boolean
  tabIndex?: number
  onSelect(id: number): void
}

/** Tiles that are scrolled past within this time load nothing. */
const DELAY_MS = 60

/** A small version of a photo with its label, its score, and whether the result is uncertain. */
export const PhotoTile = memo(function PhotoTile({ texts, photo, model, current, tabIndex, onSelect }: PhotoTileProps) {
  const phase = photo.phases[model]
  const caption = captionOf(phase, texts)
  return (
    <button
      type="button"
      data-photo={photo.id}
      tabIndex={tabIndex}
      aria-current={current}
      translate="no"
      aria-label={[photo.name, caption.spoken].filter(Boolean).join(': ')}
      title={photo.name}
      onClick={() => onSelect(photo.id)}
      className="group block w-full rounded-card text-left text-xs"
    >
      <span
        className={clsx(
          'relative block aspect-[4/3] overflow-hidden rounded-card bg-sunk',
          current && 'outline-2 outline-accent outline-offset-2',
        )}
      >
        <TileImage file={displayedFile(photo)} quiet={phase !== undefined && hasSign(phase)} />
        <Mark phase={phase} />
      </span>
      <span aria-hidden className="mt-1.5 block h-[2.125rem] leading-[1.0625rem]">
        <span
          lang={caption.title === null ? undefined : 'en'}
          className={clsx('block truncate', caption.title === null ? 'text-ink-3' : 'font-medium text-ink')}
        >
          {caption.title ?? photo.name}
        </span>
        {caption.detail}
      </span>
    </button>
  )
})

interface Caption {
  /** Replaces the file name. */
  title: string | null
  detail: ReactNode
  /** For screen readers. */
  spoken: string
}

function captionOf(phase: Phase | undefined, texts: TileTexts): Caption {
  if (!phase) return { title: null, detail: null, spoken: '' }
  if (phase.name === 'answered') return answerCaption(phase.result, texts)
  const state = texts.t(phase.name === 'failed' ? 'failed' : isIdle(phase) ? 'waiting' : 'running')
  const tone = phase.name === 'failed' ? 'text-bad' : 'text-ink-3'
  return { title: null, detail: <span className={`block truncate ${tone}`}>{state}</span>, spoken: state }
}

function answerCaption(result: Classification, { t, answer, words, format }: TileTexts): Caption {
  const { predictions, uncertain, model } = result
  const [best] = predictions
  const title = answerOf(result)
  if (!best || title === null) return { title: answer('noLabel'), detail: null, spoken: answer('noLabel') }
  const doubt = uncertain ? t('uncertain') : ''
  const tone = uncertain ? 'text-warn' : 'text-ink-2'
  if (isMultiLabel(result)) {
    const detail = <span className={`block truncate ${tone}`}>{doubt}</span>
    return { title, detail, spoken: [title, doubt].filter(Boolean).join(', ') }
  }
  if (confidence(best.score, uncertain, model.calibrated) === 'unrecognized') {
    const unrecognized = words('unrecognized')
    return {
      title: null,
      detail: <span className="block truncate text-warn">{unrecognized}</span>,
      spoken: unrecognized,
    }
  }
  const percent = answer('percent', { value: format.percent(best.score) })
  return {
    title,
    detail: <span className={`figures block truncate ${tone}`}>{percent}</span>,
    spoken: [title, percent, doubt].filter(Boolean).join(', '),
  }
}

const isIdle = ({ name }: Phase) => name === 'waiting' || name === 'away'

/** Whether `Mark` covers the middle of the picture. */
const hasSign = (phase: Phase) => phase.name !== 'answered' && !isIdle(phase)

/** What the picture itself says about the photo's state. Tiles in the queue stay still: there may be hundreds. */
function Mark({ phase }: { phase: Phase | undefined }) {
  if (!phase) return null
  if (phase.name === 'answered') {
    if (!phase.result.uncertain) return null
    return (
      <span className="absolute top-1 right-1 grid size-5 place-items-center rounded-full bg-warn-soft text-warn shadow-card">
        <CircleHelp aria-hidden className="size-4" />
      </span>
    )
  }
  if (phase.name === 'failed') {
    return (
      <span className="absolute inset-0 grid place-items-center bg-black/55 text-white">
        <CircleAlert aria-hidden className="size-4" />
      </span>
    )
  }
  if (isIdle(phase)) return <span className="absolute inset-0 bg-sunk/60" />
  return (
    <span className="absolute inset-0 grid place-items-center bg-black/55 text-white">
      <LoaderCircle aria-hidden className="size-4 animate-spin" />
    </span>
  )
}

/** @param quiet whether another sign lies over the picture */
function TileImage({ file, quiet }: { file: Blob; quiet: boolean }) {
  const [loaded, setLoaded] = useState<{ file: Blob; url: string | null } | null>(null)
  const url = loaded?.file === file ? loaded.url : knownThumbnailUrl(file)
  useEffect(() => {
    if (knownThumbnailUrl(file) !== undefined) return
    let mounted = true
    const timer = setTimeout(() => {
      void thumbnailUrl(file).then((made) => mounted && setLoaded({ file, url: made }))
    }, DELAY_MS)
    return () => {
      mounted = false
      clearTimeout(timer)
    }
  }, [file])
  // This browser can't display the format, or only once the photo is converted.
  if (url === null) return quiet ? null : <ImageOff aria-hidden className="absolute inset-0 m-auto size-5 text-ink-3" />
  // biome-ignore lint/performance/noImgElement: object URL
  return url && <img src={url} alt="" className="absolute inset-0 size-full object-cover" />
}
