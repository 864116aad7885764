import clsx from 'clsx'
import { Columns3 } from 'lucide-react'
import Link from 'next/link'
import { type ReactNode, type RefObject, useEffect, useRef } from 'react'
import { useTranslations } from 'use-intl'
import { classifiedFile, displayedFile, type Photo } from '@/lib/client/photos/photo'
import type { PhotoSession } from '@/lib/client/photos/photo-session'
import type { Classification } from '@/lib/shared/contract/contract'
import type { FeedbackOffer } from '@/lib/shared/contract/feedback'
import type { ExportedResult } from '@/lib/shared/results/result-export'
import { shownOf } from '@/lib/shared/results/selected'
import { parseChoice } from '@/lib/shared/zero-shot/choice'
import { CropBar, ExplanationPanel, Feedback, HeatmapOverlay, preloadAnswerParts, ShareResult } from './answer-parts'
import { CropLayer, finishCrop } from './crop/crop-layer'
import { CropNote } from './crop/crop-note'
import { originalCrop } from './crop/original-crop'
import { useCrop } from './crop/use-crop'
import { useExplanation } from './explanation/use-explanation'
import { PhotoFrame } from './photo-frame'
import { PhotoResult } from './photo-result'
import { useShownPhase } from './use-shown-phase'
import { useSessionState } from './use-tab-session'

interface PhotoViewProps {
  session: PhotoSession
  /** Set to the answer's region, which can receive the focus. */
  answer: RefObject<HTMLElement | null>
  photo: Photo
  model: string
  /** How many predictions to show, and their minimum score. */
  labelCount: number
  minScore: number
  /** Whether it is classified in this browser. */
  here: boolean
  /** Whether explanations are offered. */
  canExplain: boolean
  /** What kind of feedback is accepted; null if none. */
  feedback: FeedbackOffer | null
  strip: ReactNode
  options: ReactNode
}

/** A photo and its result. */
export function PhotoView({
  session,
  answer,
  photo,
  model,
  labelCount,
  minScore,
  here,
  canExplain,
  feedback,
  strip,
  options,
}: PhotoViewProps) {
  const t = useTranslations('answer')
  const file = classifiedFile(photo, here)
  const { phase, result, outdated } = useShownPhase(photo, file, model)
  // The server counts only labels that a model has for everyone.
  const hasWords = parseChoice(model).words !== null
  const predictions = outdated ? [] : (result?.predictions ?? [])
  const crop = useCrop(session, photo, result)
  const editing = crop?.editing === true
  const moveButton = useRef<HTMLButtonElement>(null)
  const explanation = useExplanation({ file, model, crop: photo.crop, here, best: predictions[0]?.index ?? null })
  // While the photo is being uploaded.
  useEffect(preloadAnswerParts, [])
  return (
    <div className="flex flex-col gap-x-14 pt-2 lg:grid lg:grid-cols-[minmax(0,597fr)_minmax(0,467fr)] lg:pt-5">
      <div className="contents lg:block">
        <div className={clsx('bg-paper', explanation.open && STICKY)}>
          <PhotoFrame
            photo={photo}
            url={session.url(photo)}
            phase={phase}
            onRemove={() => session.remove(photo.id)}
            onSendOriginal={session.originalSender(photo)}
            bare={editing}
          >
            {explanation.phase?.name === 'explained' && !editing && (
              <HeatmapOverlay explanation={explanation.phase.explanation} opacity={explanation.opacity} />
            )}
            {crop && <CropLayer crop={crop} button={moveButton} />}
          </PhotoFrame>
        </div>
        {crop && editing && <CropBar crop={crop} onDone={() => finishCrop(crop, moveButton)} />}
        {strip}
      </div>
      <section
        ref={answer}
        tabIndex={-1}
        aria-label={t('region')}
        className={clsx('pt-5 outline-none lg:pt-2', explanation.open && BELOW_STICKY)}
      >
        {options}
        {photo.crop && (
          // While it is moved, the button is beside the frame.
          <CropNote crop={photo.crop} onReset={editing ? null : () => session.setCrop(photo.id, null)} />
        )}
        <div aria-busy={outdated} className={clsx('transition-opacity duration-150', outdated && 'opacity-55')}>
          <PhotoResult
            key={`${photo.id} ${model}`}
            file={file}
            model={model}
            crop={photo.crop}
            phase={phase}
            labelCount={labelCount}
            minScore={minScore}
            here={here}
            onRetry={() => session.retry(photo.id)}
            onTryServer={() => session.tryServerNow()}
            onRemove={() => session.remove(photo.id)}
          >
            {canExplain && <ExplanationPanel state={explanation} predictions={shownOf(predictions, labelCount)} />}
          </PhotoResult>
        </div>
        {/* A vote is about the whole photo. */}
        {feedback && result && !photo.crop && !hasWords && (
          <Feedback
            key={`feedback ${photo.id} ${model}`}
            offer={feedback}
            result={result}
            photo={file}
            vote={photo.votes[model]}
            onVote={(vote) => session.setVote(photo.id, model, vote)}
          />
        )}
        {result && <Actions session={session} photo={photo} model={model} result={result} />}
      </section>
    </div>
  )
}

/** On a phone, the photo stays in view while its heatmap is adjusted below it, and covers nothing that has the focus. */
const STICKY = 'max-lg:[@media(min-height:600px)]:sticky max-lg:top-0 max-lg:z-10 max-lg:-mx-4 max-lg:px-4 max-lg:py-2'
const BELOW_STICKY = 'max-lg:[&_:is(button,input,a,select)]:scroll-mt-80'

interface ActionsProps extends Pick<PhotoViewProps, 'session' | 'photo' | 'model'> {
  result: Classification
}

/** Exports of this result and of all others, which keep arriving while this one is shown. */
function Actions({ session, photo, model, result }: ActionsProps) {
  const t = useTranslations('compare')
  const photos = useSessionState(session, (state) => state.photos)
  return (
    <ShareResult
      current={{ file: photo.name, result }}
      choice={model}
      photo={displayedFile(photo)}
      crop={originalCrop(photo)}
      all={photos.flatMap((each) => exported(each, model))}
    >
      <Link
        href={`/compare#photo-${photo.id}`}
        prefetch={false}
        className="-ml-2 inline-flex h-9 items-center gap-1.5 rounded-card px-2 text-ink-2 text-sm hover:bg-sunk hover:text-ink"
      >
        <Columns3 aria-hidden className="size-4" /> {t('link')}
      </Link>
    </ShareResult>
  )
}

/** The photo's result for the export, if it has one. */
function exported({ name, file, prepared, phases }: Photo, model: string): ExportedResult[] {
  const phase = phases[model]
  if (phase?.name !== 'answered') return []
  return [{ file: name, bytes: file.size, sha256: prepared?.sha256 ?? null, result: phase.result }]
}
