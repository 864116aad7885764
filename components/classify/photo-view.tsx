import { Columns3 } from 'lucide-react'
import Link from 'next/link'
import { type ReactNode, type RefObject, useEffect } from 'react'
import { useTranslations } from 'use-intl'
import type { Photo } from '@/lib/client/photos/photo'
import type { PhotoSession } from '@/lib/client/photos/photo-session'
import type { FeedbackOffer } from '@/lib/shared/contract/feedback'
import type { ExportedResult } from '@/lib/shared/results/result-export'
import { ExplanationPanel, Feedback, preloadAnswerParts, ShareResult } from './answer-parts'
import { HeatmapOverlay } from './explanation/heatmap-overlay'
import { useExplanation } from './explanation/use-explanation'
import { PhotoFrame } from './photo-frame'
import { PhotoResult } from './photo-result'

interface PhotoViewProps {
  session: PhotoSession
  /** Set to the answer's region, which can receive the focus. */
  answer: RefObject<HTMLElement | null>
  photo: Photo
  /** All photos of this visit. */
  photos: readonly Photo[]
  model: string
  /** How many predictions to show, and their minimum score. */
  labelCount: number
  minScore: number
  /** Whether this server offers explanations. */
  canExplain: boolean
  /** What kind of feedback the server accepts; null if none. */
  feedback: FeedbackOffer | null
  strip: ReactNode
  options: ReactNode
}

/** A photo and its result. */
export function PhotoView({
  session,
  answer,
  photo,
  photos,
  model,
  labelCount,
  minScore,
  canExplain,
  feedback,
  strip,
  options,
}: PhotoViewProps) {
  const t = useTranslations('answer')
  const compare = useTranslations('compare')
  const phase = photo.phases[model]
  const predictions = phase?.name === 'answered' ? phase.result.predictions : []
  const file = photo.prepared?.file ?? photo.file
  // While the photo is being uploaded.
  useEffect(preloadAnswerParts, [])
  const explanation = useExplanation(file, model, predictions[0]?.index ?? null)
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-x-14 gap-y-5 pt-2 lg:grid-cols-[minmax(0,597fr)_minmax(0,467fr)] lg:pt-5">
      <div>
        <PhotoFrame
          photo={photo}
          phase={phase}
          onRemove={() => session.remove(photo.id)}
          onSendOriginal={() => session.sendOriginal(photo.id)}
        >
          {explanation.phase?.name === 'explained' && (
            <HeatmapOverlay explanation={explanation.phase.explanation} opacity={explanation.opacity} />
          )}
        </PhotoFrame>
        {strip}
      </div>
      <section ref={answer} tabIndex={-1} aria-label={t('region')} className="outline-none lg:pt-2">
        {options}
        <PhotoResult
          key={`${photo.id} ${model}`}
          file={file}
          model={model}
          phase={phase}
          labelCount={labelCount}
          minScore={minScore}
          onRetry={() => session.retry(photo.id)}
          onRemove={() => session.remove(photo.id)}
        >
          {canExplain && <ExplanationPanel state={explanation} predictions={predictions.slice(0, labelCount)} />}
        </PhotoResult>
        {feedback && phase?.name === 'answered' && (
          <Feedback
            key={`feedback ${photo.id} ${model}`}
            offer={feedback}
            result={phase.result}
            photo={file}
            vote={photo.votes[model]}
            onVote={(vote) => session.setVote(photo.id, model, vote)}
          />
        )}
        {phase?.name === 'answered' && (
          <ShareResult
            current={{ file: photo.name, result: phase.result }}
            all={photos.flatMap((each) => exported(each, model))}
          >
            <Link
              href={`/compare#photo-${photo.id}`}
              className="-ml-2 inline-flex h-9 items-center gap-1.5 rounded-card px-2 text-ink-2 text-sm hover:bg-sunk hover:text-ink"
            >
              <Columns3 aria-hidden className="size-4" /> {compare('link')}
            </Link>
          </ShareResult>
        )}
      </section>
    </div>
  )
}

/** The photo's result for the export, if it has one. */
function exported({ name, file, prepared, phases }: Photo, model: string): ExportedResult[] {
  const phase = phases[model]
  if (phase?.name !== 'answered') return []
  return [{ file: name, bytes: file.size, sha256: prepared?.sha256 ?? null, result: phase.result }]
}
